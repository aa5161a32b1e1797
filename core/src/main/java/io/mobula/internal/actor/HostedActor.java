package io.mobula.internal.actor;

import io.mobula.NodeId;
import java.util.Map;

/**
 * Actor that lives in this process of a cluster.
 *
 * @param notifier reports the actor's life to its owner
 * @param sequencers the order of the calls from each other process
 */
record HostedActor(
    ActorCell cell,
    ActorAddress address,
    OwnerNotifier notifier,
    Map<NodeId, InboundCallSequencer> sequencers) {}
