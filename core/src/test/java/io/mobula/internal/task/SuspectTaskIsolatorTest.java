package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.execution.Job;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.store.ObjectStore;
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

/** Tests of which tasks share a process after one has died, with a manual clock. */
class SuspectTaskIsolatorTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId ONE = new NodeId(11);
  private static final NodeId OTHER = new NodeId(12);
  private static final Duration PROBATION = Duration.ofSeconds(7);

  @TempDir
  Path directory;

  private final List<Timed> timers = new ArrayList<>();
  private SharedStore memory;
  private ObjectStore store;
  private TaskEngine engine;
  private CallBinder binder;

  private record Timed(Duration delay, Runnable action) {}

  private static final RemoteAttempt.RemoteRunner ELSEWHERE = new RemoteAttempt.RemoteRunner() {
    @Override
    public NodeId node() {
      return ONE;
    }

    @Override
    public void cancel(RemoteAttempt attempt, boolean recursive) {}

    @Override
    public boolean has(RemoteAttempt attempt) {
      return true;
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
            runtime,
            store,
            binder,
            new EmptyLeaseSource(),
            this::after,
            SuspectTaskIsolatorTest::job),
        new TaskSettings(100, 1 << 20, minute, minute, 1, 1, PROBATION, 1),
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory()));
  }

  private Runnable after(Duration delay, Runnable action) {
    var timed = new Timed(delay, action);
    timers.add(timed);
    return () -> timers.remove(timed);
  }

  /** Runs the actions that were scheduled with exactly this delay. */
  private void pass(Duration delay) {
    var due = timers.stream().filter(timed -> timed.delay.equals(delay)).toList();
    timers.removeAll(due);
    due.forEach(timed -> timed.action.run());
  }

  private static Job job() {
    return new Job(SELF, false, null, 1);
  }

  @AfterEach
  void close() {
    engine.close();
    store.close();
    memory.close();
  }

  private TaskRun fresh(int retries) {
    RemoteFunction function = arguments -> 1;
    var usual = TaskOptions.DEFAULT;
    var options = usual.with(new TaskOptions.Retries(retries, List.of(), Duration.ZERO));
    var id = new ObjectId(SELF.incarnation(), store.nextTask(), 0);
    var spec = new TaskSpec(id, binder.bind(function), "body", options, job());
    var run = new TaskRun(spec, TaskAncestry.NONE, engine.services());
    run.setResultSink(new TaskResultSink.Single(store, store.createPending(id.task(), 0, run)));
    engine.services().pending().add(run);
    run.start();
    return run;
  }

  /** Creates a task that was running when a process died. */
  private TaskRun suspect(int retries) {
    var run = fresh(retries);
    die(run);
    return run;
  }

  private static RemoteAttempt send(TaskRun run) {
    var attempt = RemoteAttempt.begin(run, ELSEWHERE);
    assertThat(attempt).isNotNull();
    return attempt;
  }

  private static void die(TaskRun run) {
    send(run).lost("node " + ONE, "it was killed");
  }

  private boolean admits(TaskRun run, NodeId node) {
    return engine.services().suspects().admit(run, node);
  }

  private String waitsFor(TaskRun run) {
    return engine.waiting().stream()
        .filter(each -> each.what().equals(run.describe()))
        .findFirst()
        .orElseThrow()
        .why();
  }

  @Test
  void aTaskOnItsLastAttemptSharesAProcessWithNoOtherSuspect() {
    var last = suspect(1);
    assertThat(admits(last, ONE)).isTrue();
    assertThat(admits(suspect(1), ONE)).as("another last attempt").isFalse();
    assertThat(admits(suspect(3), ONE)).as("one that may run again").isFalse();
    assertThat(admits(fresh(0), ONE)).as("one that no process died over").isTrue();
    assertThat(admits(suspect(1), OTHER)).as("in another process").isTrue();
  }

  @Test
  void suspectsThatMayRunAgainShareAProcessUntilItIsTheirLastAttempt() {
    var killer = suspect(3);
    assertThat(admits(killer, ONE)).isTrue();
    assertThat(admits(suspect(2), ONE)).isTrue();
    assertThat(admits(suspect(1), ONE)).isFalse();
    die(killer);
    die(killer);
    assertThat(killer.isOnLastAttempt()).isTrue();
    assertThat(admits(killer, ONE)).as("beside the one that is still there").isFalse();
    assertThat(admits(killer, OTHER)).isTrue();
  }

  @Test
  void theNextOneGoesToItsQueueWhenTheAttemptEnds() {
    var first = suspect(1);
    var next = suspect(1);
    assertThat(admits(first, ONE)).isTrue();
    assertThat(admits(next, ONE)).isFalse();
    assertThat(waitsFor(next)).contains("when a process died", "attempt 1 was lost with", "killed");
    assertThat(send(first).returned()).isTrue();
    assertThat(waitsFor(next)).startsWith("a slot");
    assertThat(admits(next, ONE)).isTrue();
  }

  @Test
  void probationEndsWithTime() {
    assertThat(admits(suspect(1), ONE)).isTrue();
    var next = suspect(1);
    assertThat(admits(next, ONE)).isFalse();
    pass(PROBATION);
    assertThat(waitsFor(next)).startsWith("a slot");
    assertThat(admits(next, ONE)).isTrue();
  }

  /** Requeues waiting suspects, which may find another process. */
  @Test
  void whatWaitsTriesAgainNowAndThenUntilNothingWaits() {
    assertThat(admits(suspect(1), ONE)).isTrue();
    var next = suspect(1);
    assertThat(admits(next, ONE)).isFalse();
    pass(Duration.ofMillis(100));
    assertThat(waitsFor(next)).startsWith("a slot");
    assertThat(admits(next, OTHER)).isTrue();
    pass(Duration.ofMillis(100));
    assertThat(timers).extracting(Timed::delay).containsOnly(PROBATION);
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
