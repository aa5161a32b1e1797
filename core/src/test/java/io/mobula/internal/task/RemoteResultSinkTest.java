package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.SimulatedTransport;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.placement.NoBundles;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep.Next.ChainEnd;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import io.mobula.testkit.PollingAssert;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams of tasks whose reader is on another node. */
@Timeout(60)
class RemoteResultSinkTest {
  private static final NodeId HERE = new NodeId(1);
  private static final NodeId READER = new NodeId(2);
  private static final ObjectId ID = new ObjectId(2, 7, 0);
  private static final Duration NEVER = Duration.ofHours(1);

  @TempDir
  Path directory;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private ObjectStore store;
  private ClusterObjects clusterObjects;
  private HostedTaskSlot slot;

  @BeforeEach
  void open() {
    var codec = Codec.create(CodecOptions.defaults().withExternalTypes(ObjectRef.class));
    var memory = SharedStore.open(new StoreOptions(directory, 1 << 20, 1 << 20, false));
    var limits = new ObjectStore.Limits(1024, Duration.ofSeconds(5));
    store = new ObjectStore(HERE, codec, memory, limits, threads, (name, most) -> threads);
    var lanes = new SimulatedTransport(SimulatedTransport.peer(1, Peer.Role.NODE));
    lanes.join(SimulatedTransport.peer(2, Peer.Role.NODE));
    clusterObjects =
        new ClusterObjects(store, memory, lanes.peerTransport(), 1024, (delay, action) -> () -> {});
    var ledger = LedgerClient.start(Resources.none().cpus(1), new ActorSpawner() {
      @Override
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        return TestInbox.<T>create().getRef();
      }
    });
    var granter = new LeaseGranter(ledger, lanes.peerTransport(), wanted -> null, new NoBundles());
    var engine = new TaskEngine(
        new TaskEngine.Dependencies(
            unused(MobulaRuntime.class),
            store,
            new CallBinder(store, codec, 1024),
            unused(LeaseSource.class),
            (delay, action) -> () -> {},
            () -> new Job(HERE, false, null, 1)),
        new TaskSettings(10, 1 << 20, NEVER, NEVER, 1, 1, Duration.ZERO, 1),
        threads);
    var wire = TaskTransport.start(engine, clusterObjects, lanes.peerTransport(), granter);
    var lease = Lease.of(
        unused(LeaseRequester.class, Resources.none()),
        List.of(),
        unused(Lease.LeaseAccounting.class));
    slot = new HostedTaskSlot(READER, 3, lease, wire.host());
  }

  @AfterEach
  void close() {
    clusterObjects.close();
    store.close();
    threads.shutdownNow();
  }

  private static <T> T unused(Class<T> type, Object... answers) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
          for (var answer : answers) {
            if (method.getReturnType().isInstance(answer)) {
              return answer;
            }
          }
          throw new UnsupportedOperationException(method.getName());
        }));
  }

  @Test
  void aTaskWhoseStreamIsNotReadIsNotedAsWaitingForItsReader() throws Exception {
    var shape = new TaskResultSink.Shape(TaskResultSink.Shape.Kind.STREAM, 0, 1);
    var sink = new RemoteResultSink(slot, ID, 1, shape);
    var producer = Thread.ofPlatform().start(() -> {
      try {
        sink.prepare(List.of(1, 2).iterator()).publish();
      } catch (Exception notStored) {
        throw new IllegalStateException(notStored);
      }
    });

    PollingAssert.until("the producer waits", () -> BlockedThread.of(producer) != null);
    assertThat(BlockedThread.in(HERE)).contains(BlockedThread.of(producer));
    var step = BlockedThread.of(producer).waitStep();
    assertThat(step.text())
        .contains("waits until the reader of the stream of task " + ID)
        .contains("on node " + READER)
        .contains("has read some of 1 results");
    assertThat(step.next()).isEqualTo(new ChainEnd(WaitCause.PROGRAM));
    assertThat(BlockedThread.running("it runs", producer).next())
        .isNotEqualTo(new ChainEnd(WaitCause.RUNNING));

    sink.taken(1);
    producer.join();
    assertThat(BlockedThread.of(producer)).isNull();
  }
}
