package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.TaskFailedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.execution.Job;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.RemoteFunction;
import io.mobula.spi.TaskOptions;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of an attempt on another node that ends while the task is being sent. */
class RemoteAttemptTest {
  private static final NodeId SELF = new NodeId(1);

  @TempDir
  Path directory;

  private SharedStore memory;
  private ObjectStore store;
  private TaskEngine engine;
  private CallBinder binder;
  private final List<String> sent = new ArrayList<>();

  private final RemoteAttempt.RemoteRunner remote = new RemoteAttempt.RemoteRunner() {
    @Override
    public NodeId node() {
      return new NodeId(2);
    }

    @Override
    public boolean has(RemoteAttempt attempt) {
      return true;
    }

    @Override
    public void cancel(RemoteAttempt attempt, boolean recursive) {
      sent.add("CANCEL " + recursive);
    }
  };

  @BeforeEach
  void open() {
    memory = SharedStore.open(new StoreOptions(directory, 4 << 20, 1 << 20, false));
    var codec = Codec.create(CodecOptions.defaults().withExternalTypes(ObjectRef.class));
    var limits = new ObjectStore.Limits(1024, Duration.ofSeconds(5));
    store = new ObjectStore(SELF, codec, memory, limits, Runnable::run);
    binder = new CallBinder(store, codec, 1024);
    var runtime = (MobulaRuntime) Proxy.newProxyInstance(
        MobulaRuntime.class.getClassLoader(),
        new Class<?>[] {MobulaRuntime.class},
        (proxy, method, arguments) -> {
          throw new UnsupportedOperationException(method.getName());
        });
    var minute = Duration.ofMinutes(1);
    engine = new TaskEngine(
        new TaskEngine.Dependencies(
            runtime, store, binder, new EmptyLeaseSource(), (delay, action) -> () -> {}, this::job),
        new TaskSettings(100, 1 << 20, minute, minute, 1, 1, minute, 1),
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory()));
  }

  private Job job() {
    return new Job(SELF, false, null, 1);
  }

  @AfterEach
  void close() {
    engine.close();
    store.close();
    memory.close();
  }

  private RemoteAttempt begin() {
    var run = unsent();
    run.start();
    var attempt = RemoteAttempt.begin(run, remote);
    assertThat(attempt).isNotNull();
    return attempt;
  }

  private static void cancel(RemoteAttempt attempt, boolean recursive) {
    attempt.task().cancel(attempt.task().spec().number(), recursive);
  }

  private TaskRun unsent() {
    RemoteFunction function = arguments -> 1;
    var id = new ObjectId(SELF.incarnation(), store.nextTask(), 0);
    var spec = new TaskSpec(id, binder.bind(function), "body", TaskOptions.DEFAULT, job());
    var run = new TaskRun(spec, TaskAncestry.NONE, engine.services());
    run.setResultSink(new TaskResultSink.Single(store, store.createPending(id.task(), 0, run)));
    return run;
  }

  @Test
  void whatIsCancelledBeforeItIsSentIsCancelledOnceMoreAfterwards() {
    var attempt = begin();
    cancel(attempt, true);
    sent.add("RUN");
    attempt.sent();
    assertThat(sent).endsWith("RUN", "CANCEL true");
  }

  @Test
  void whatNobodyCancelsIsOnlySent() {
    var attempt = begin();
    sent.add("RUN");
    attempt.sent();
    assertThat(sent).containsExactly("RUN");
  }

  @Test
  void whatIsCancelledAfterItWasSentIsCancelledOnce() {
    var attempt = begin();
    sent.add("RUN");
    attempt.sent();
    cancel(attempt, false);
    assertThat(sent).containsExactly("RUN", "CANCEL false");
  }

  @Test
  void aTaskWhoseRequestForALeaseWasForgottenWaitsForNobody() {
    var run = unsent();
    run.start();
    var chain = WaitChainWalker.nonBlocking().walk(run);
    assertThat(chain.end()).isEqualTo(WaitCause.NOBODY);
    assertThat(chain.report("").text())
        .contains("waits for a slot")
        .contains("expects a lease, for which there is no request");
  }

  @Test
  void aTaskThatIsSentWaitsForItsHostWhileTheSlotThereHasIt() {
    var attempt = begin();
    var run = attempt.task();
    var sentTo = WaitChainWalker.nonBlocking().walk(run);
    assertThat(sentTo.end()).isEqualTo(WaitCause.PEER);
    assertThat(sentTo.lines().getFirst()).contains("was sent to node " + remote.node());
    assertThat(attempt.returned()).isTrue(); // and nothing queues the task again
    assertThat(WaitChainWalker.nonBlocking().walk(run).end()).isEqualTo(WaitCause.NOBODY);
  }

  @Test
  void aRefWithoutACompleterWaitsForNobody() {
    var chain = WaitChainWalker.nonBlocking().walk(store.createPending(store.nextTask(), 0, null));
    assertThat(chain.end()).isEqualTo(WaitCause.NOBODY);
    assertThat(chain.lines().getFirst()).contains("nothing produces it");
  }

  @Test
  void whatIsToldAboutAnAttemptThatHasEndedHasNoEffect() {
    var first = begin();
    var run = first.task();
    assertThat(first.returned()).isTrue();
    var second = RemoteAttempt.begin(run, remote);
    assertThat(second).isNotNull();
    first.failed(new ObjectFailure(() -> new TaskFailedException("late", null)));
    first.lost("node 2", "late");
    assertThat(first.returned()).isFalse();
    assertThat(run.progress().isDone()).isFalse();
    assertThat(run.progress().hasLost()).isFalse();
    assertThat(run.progress().attempts()).isEqualTo(1);
    second.failed(new ObjectFailure(() -> new TaskFailedException("in time", null)));
    assertThat(run.progress().isDone()).isTrue();
  }

  /** Lease source that grants nothing. */
  private static final class EmptyLeaseSource implements LeaseSource {
    @Override
    public void requireSchedulable(Placement placement, Resources wanted, Supplier<String> what) {}

    @Override
    public void acquire(ClusterLeaseRequester requester) {}

    @Override
    public void rescanQueue(Placement placement) {}

    @Override
    public String waitReason(ClusterLeaseRequester requester) {
      return "";
    }

    @Override
    public @Nullable WaitPoint pendingRequest(ClusterLeaseRequester requester) {
      return null;
    }

    @Override
    public void release(NodeId node, long lease) {}
  }
}
