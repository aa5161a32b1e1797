package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.SimulatedTransport;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.LocateResult;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.ReconstructionReply;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectResolverTest {
  private static final String CLUSTER = "mobula.cluster.actor-system.akka.cluster.";

  @Test
  void theFirstRoundsFollowAtOnce() {
    assertThat(ObjectResolver.pauseAfter(0)).isZero();
    assertThat(ObjectResolver.pauseAfter(1)).isZero();
    assertThat(ObjectResolver.pauseAfter(2)).isPositive();
  }

  /** The directory continues to name a dead process until its death is confirmed. */
  @Test
  void aSearchTakesLongerThanTheDeathOfAnotherHostNeedsToBeBelieved() {
    var settings = ConfigFactory.defaultReference();
    var believed = settings
        .getDuration(CLUSTER + "failure-detector.acceptable-heartbeat-pause")
        .plus(settings.getDuration(CLUSTER + "split-brain-resolver.stable-after"));
    assertThat(Duration.ofMillis(ObjectResolver.pausesInAll())).isGreaterThan(believed);
  }

  /** A directory that says of everything that others make it. */
  private final class BusyDirectory {
    private final AtomicInteger questions = new AtomicInteger();
    private volatile boolean closed;

    ObjectDirectory asPort() {
      return (ObjectDirectory) Proxy.newProxyInstance(
          ObjectDirectory.class.getClassLoader(),
          new Class<?>[] {ObjectDirectory.class},
          (proxy, method, arguments) -> switch (method.getName()) {
            case "locate" -> {
              questions.incrementAndGet();
              yield closed
                  ? CompletableFuture.failedStage(new RuntimeClosedException("closed"))
                  : CompletableFuture.completedStage(
                      new LocateResult.SealedCopies(1, 10, List.of(new NodeId(9))));
            }
            case "requestReconstruction" ->
              CompletableFuture.completedStage(new ReconstructionReply.InProgress(new NodeId(9)));
            case "close" -> {
              closed = true;
              yield null;
            }
            default -> throw new UnsupportedOperationException(method.getName());
          });
    }
  }

  @TempDir
  Path directory;

  /** Reads a large value at that location, as another process would send it. */
  private static ObjectContent.RemoteValue remoteValue(
      ClusterObjects clusterObjects, ObjectLocation location) {
    var frame = new FrameWriter().octet(2); // stored
    location.write(frame);
    frame.flag(false).list(List.<Integer>of(), FrameWriter::int32);
    return (ObjectContent.RemoteValue) clusterObjects.read(new FrameReader(frame.toBytes()));
  }

  @Test
  void aSearchPausesOnTheTimerOfItsNodeAndEndsWhenTheNodeCloses() throws Exception {
    var threads = Executors.newCachedThreadPool();
    var codec = Codec.create(CodecOptions.defaults().withExternalTypes(ObjectRef.class));
    var memory = SharedStore.open(new StoreOptions(directory, 1 << 20, 1 << 20, false));
    var lanes = new SimulatedTransport(SimulatedTransport.peer(1, Peer.Role.NODE));
    var due = new LinkedBlockingQueue<Runnable>();
    var pauses = new LinkedBlockingQueue<Duration>();
    var limits = new ObjectStore.Limits(1024, Duration.ofSeconds(5));
    var store =
        new ObjectStore(new NodeId(1), codec, memory, limits, threads, (name, most) -> threads);
    try {
      var clusterObjects =
          new ClusterObjects(store, memory, lanes.peerTransport(), 1024, (delay, action) -> {
            pauses.add(delay);
            due.add(action);
            return () -> {};
          });
      var busy = new BusyDirectory();
      clusterObjects.useDirectory(busy.asPort());
      var entry = store.createPending(5, 0, null);
      var location = ObjectLocation.of(new NodeId(9), entry.id(), 1, 10, null);
      var found = remoteValue(clusterObjects, location).access().locate().toCompletableFuture();
      assertThat(pauses.poll(10, TimeUnit.SECONDS))
          .isEqualTo(Duration.ofMillis(ObjectResolver.pauseAfter(2)));
      int asked = busy.questions.get();
      assertThat(found).isNotDone();

      due.remove().run();
      assertThat(pauses.poll(10, TimeUnit.SECONDS))
          .isEqualTo(Duration.ofMillis(ObjectResolver.pauseAfter(3)));
      assertThat(busy.questions.get()).isGreaterThan(asked);
      assertThat(found).isNotDone();

      clusterObjects.close(); // from now on no timer runs
      assertThat(found.get(10, TimeUnit.SECONDS)).isFalse();
    } finally {
      store.close();
      threads.shutdownNow();
    }
  }
}
