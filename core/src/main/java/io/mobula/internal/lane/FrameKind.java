package io.mobula.internal.lane;

/**
 * Registry of the frame kinds of all packages. The number is the first byte of a frame; a release
 * never gives a number to another kind. {@code docs/protocols.md} describes the content of each.
 */
public enum FrameKind {
  // sharing: objects of other nodes
  RESOLVE(1, "ObjectResolver", "ResolveResponder"),
  RESOLVED(2, "ResolveResponder", "ObjectResolver"),
  CANCEL_OBJECT(3, "CancelRequests"),
  ATTACH_STORE(4, "SameHostPeers"),
  PIN_ROW(5, "SameHostPeers"),
  NUDGE(6, "SameHostPeers"),
  REFS_HELD(7, "InFlightRefs"),
  ENDPOINT_QUERY(8, "ObjectPuller"),
  ENDPOINT_REPLY(9, "ObjectPuller"),
  COLLECT_GARBAGE(10, "ClusterGarbageCollection"),
  TAKE_OBJECT(11, "ObjectHandOver", "ObjectTakeOver"),
  OBJECT_TAKEN(12, "ObjectTakeOver", "ObjectHandOver"),
  PIN_REQUEST(13, "ObjectPinRequests"),
  PIN_REPLY(14, "ObjectPinRequests"),
  UNPIN(15, "ObjectPinRequests"),
  // task: tasks of other nodes
  RUN_TASK(16, "TaskTransport"),
  TASK_DONE(17, "TaskTransport"),
  STREAM_ELEMENT(18, "TaskTransport"),
  STREAM_READ(19, "TaskTransport"),
  CANCEL_TASK(20, "TaskTransport"),
  SLOT_BLOCKED(21, "TaskTransport"),
  SLOT_RESUMED(22, "TaskTransport"),
  TASKS_RETURNED(23, "TaskTransport"),
  SLOT_CLOSED(24, "TaskTransport"),
  TASK_STAGED(25, "TaskTransport"),
  CANCEL_DESCENDANTS(26, "TaskTransport"),
  ARGUMENT_ABSENT(27, "TaskTransport"),
  // placement: leases of other nodes
  LEASE_REQUEST(32, "LeaseRequestFrame", "LeaseGranter"),
  LEASE_GRANTED(33, "LeaseReplies", "ClusterLeaseSource"),
  LEASE_REDIRECTED(34, "LeaseReplies", "ClusterLeaseSource"),
  LEASE_WITHDRAW(35, "LeaseSearch", "LeaseGranter"),
  LEASE_RECALLED(36, "LeaseReplies", "TaskTransport"),
  LEASE_RELEASE(37, "ClusterLeaseSource", "LeaseGranter"),
  // node: reports
  REPORT_QUERY(40, "ClusterReports"),
  REPORT_REPLY(41, "ClusterReports"),
  // actor: actors between nodes
  CREATE_ACTOR(48, "OwnedActors", "HostedActors"),
  ACTOR_PLACED(49, "OwnerReports", "OwnedActors"),
  PLACEMENT_LOST(50, "OwnerReports", "OwnedActors"),
  ACTOR_RESTARTED(51, "OwnerReports", "OwnedActors"),
  ACTOR_DIED(52, "OwnerReports", "OwnedActors"),
  ACTOR_ENDED(53, "OwnerReports", "OwnedActors"),
  ACTOR_CALL(54, "PendingActorCalls", "InboundCalls"),
  CALL_REPLY(55, "InboundCalls", "ActorClients"),
  CALL_REJECTED(56, "InboundCalls", "ActorClients"),
  CANCEL_CALL(57, "PendingActorCalls", "InboundCalls"),
  KILL_ACTOR(58, "EndRequests"),
  DRAIN_ACTOR(59, "EndRequests"),
  HOLD_ACTOR(60, "ActorClients", "OwnedActors"),
  RELEASE_ACTOR(61, "ActorClients", "OwnedActors"),
  ACTOR_STATUS(62, "OwnedActors", "ActorClients"),
  SPAWN_BEHAVIOR(63, "BehaviorSpawner"),
  BEHAVIOR_SPAWNED(64, "BehaviorSpawner"),
  APPOINT_SUCCESSOR(65, "AppointedSuccessor", "OwnershipSuccession"),
  UPDATE_SUCCESSOR(66, "AppointedSuccessor", "OwnershipSuccession"),
  DISMISS_SUCCESSOR(67, "AppointedSuccessor", "OwnershipSuccession"),
  OWNER_CHANGED(68, "OwnershipChanges"),
  OWNER_QUERY(69, "OwnershipChanges"),
  ACTOR_CHECKPOINTED(70, "OwnerReports", "OwnedActors"),
  REPLICATE_CHECKPOINT(71, "CheckpointReplicator"),
  CHECKPOINT_REPLICATED(72, "CheckpointReplicator"),
  HAND_OVER_CHECKPOINT(73, "CheckpointReplicator"),
  ACTOR_OPEN_QUERY(74, "OpenActorQueries"),
  ACTOR_OPEN_REPLY(75, "OpenActorQueries"),
  // output
  OUTPUT_LINES(80, "OutputChannel", "OutputPrinter"),
  LINES_PRINTED(81, "OutputPrinter", "OutputForwarder"),
  // job and placement: delegated leases
  IDLE_QUERY(82, "JobWorkerPool", "IdleResponder"),
  IDLE_REPLY(83, "IdleResponder", "JobWorkerPool"),
  DELEGATE_LEASE(84, "LeaseDelegator", "DelegatedLeases"),
  LEASE_DELEGATED(85, "DelegatedLeases", "LeaseDelegator"),
  DELEGATED_EVENT(86, "DelegatedLeases", "LeaseDelegator"),
  DELEGATED_ORDER(87, "LeaseDelegator", "DelegatedLeases"),
  LEASE_REFUSED(88, "LeaseReplies", "ClusterLeaseSource"),
  // sharing: deadlock probes, and one pull per host
  DEADLOCK_PROBE(89, "FrameProbeTransport"),
  PULL_REQUEST(90, "HostPullCoordinator"),
  PULL_GRANT(91, "HostPullCoordinator"),
  PULL_ENDED(92, "HostPullCoordinator"),
  COPY_QUERY(93, "HostPullCoordinator"),
  COPY_REPLY(94, "HostPullCoordinator"),
  // lane: rings and interned metadata
  RING_OFFER(96, "RingTransport"),
  RING_TAKEN(97, "RingTransport"),
  RING_REFUSED(98, "RingTransport"),
  RING_SWITCH(99, "RingTransport"),
  DEFINE_METADATA(100, "PeerInternTable"),
  // sharing: loans of results, and replicas
  LOAN_RETURNED(101, "ResultLoans"),
  LOAN_SHARED(102, "ResultLoans"),
  LOAN_RECALL(103, "ResultLoans"),
  OBJECT_REPLICAS(104, "ReplicaKeeper"),
  // node: queries about what a process waits for
  WAIT_QUERY(118, "PeerWaitQueries"),
  WAIT_REPLY(119, "PeerWaitQueries");

  private final int number;
  private final String sender;
  private final String handler;

  FrameKind(int number, String senderAndHandler) {
    this(number, senderAndHandler, senderAndHandler);
  }

  FrameKind(int number, String sender, String handler) {
    this.number = number;
    this.sender = sender;
    this.handler = handler;
  }

  /** Returns the first byte of frames of this kind, from 1 to 255. */
  public int number() {
    return number;
  }

  /** Returns the simple name of the class that builds frames of this kind. */
  public String sender() {
    return sender;
  }

  /** Returns the simple name of the class that registers the handler of this kind. */
  public String handler() {
    return handler;
  }
}
