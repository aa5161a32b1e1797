package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.LocalCluster;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Serialization hooks that misbehave while large values travel between hosts: whoever waits is
 * told, and other values travel meanwhile. The contract suite's {@code HostileCodeTest} has all
 * places where user code is called, with small values.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class HostileValuesOnOtherHostIT {
  /** Size of a value that lies in the store, and so is transferred. */
  private static final int LARGE = 256 << 10;

  private static final String BLOCKED = "blocked";
  private static final String GO_ON = "go on";
  private static final String WENT_ON = "went on";
  private static final String VALUE = "its value";
  private static final String CODEC = "CodecException";
  private static final String FAILED = "TaskFailedException";
  private static final String CANCELLED = "TaskCancelledException";

  @TempDir
  static Path folder;

  private LocalCluster cluster;
  private MobulaRuntime runtime;
  private TaskJournal journal;
  private int cases;

  /** Kind of misbehaviour of a hook. */
  enum Kind {
    NONE,
    THROWS,
    BLOCKS,
    RECURSES,
    EXHAUSTS;

    void act(TaskJournal journal) {
      switch (this) {
        case NONE -> {}
        case THROWS -> throw new IllegalStateException("hostile");
        case BLOCKS -> block(journal);
        case RECURSES -> deeper(journal, 0);
        case EXHAUSTS -> {
          var never = new byte[Integer.MAX_VALUE]; // larger than any array may be
          throw new IllegalStateException("had " + never.length + " bytes");
        }
      }
    }

    @SuppressWarnings("InfiniteRecursion") // intended
    private static int deeper(TaskJournal journal, int depth) {
      return deeper(journal, depth + 1) + depth;
    }

    /** Blocks, whatever interrupts come, until the journal says to go on. */
    private static void block(TaskJournal journal) {
      try {
        journal.note(BLOCKED);
        while (journal.count(GO_ON) == 0) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
          Thread.interrupted();
        }
        journal.note(WENT_ON);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Large value whose hooks misbehave when it is written or read. */
  static final class LargeValue implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Kind writing;
    private final Kind reading;
    private final TaskJournal journal;
    private final byte[] payload = new byte[LARGE];

    LargeValue(Kind writing, Kind reading, TaskJournal journal) {
      this.writing = writing;
      this.reading = reading;
      this.journal = journal;
    }

    int size() {
      return payload.length;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      writing.act(journal);
      out.defaultWriteObject();
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      reading.act(journal);
    }
  }

  /** Actor that takes large values. */
  static class ValueActor {
    int size(LargeValue value) {
      return value.size();
    }
  }

  static LargeValue writtenBadly(Kind kind, TaskJournal journal) {
    return new LargeValue(kind, Kind.NONE, journal);
  }

  static LargeValue readBadly(Kind kind, TaskJournal journal) {
    return new LargeValue(Kind.NONE, kind, journal);
  }

  /** Place where a hook runs. */
  enum Place {
    ARGUMENT(CODEC, CANCELLED, FAILED),
    METHOD_ARGUMENT(CODEC, CANCELLED, FAILED),
    RESULT_WRITTEN(CODEC, CANCELLED, FAILED),
    RESULT_READ(CODEC, VALUE, "OutOfMemoryError");

    private final String failure;
    private final String blocked;
    private final String exhausted;

    Place(String failure, String blocked, String exhausted) {
      this.failure = failure;
      this.blocked = blocked;
      this.exhausted = exhausted;
    }

    String outcome(Kind kind) {
      return switch (kind) {
        case NONE -> VALUE;
        case THROWS, RECURSES -> failure;
        case BLOCKS -> blocked;
        case EXHAUSTS -> exhausted;
      };
    }
  }

  @BeforeAll
  void start() throws Exception {
    cluster = ClusterTestSupport.cluster(1)
        .settings(ClusterTestSupport.settings().set("mobula.store.share-host", false))
        .start();
    runtime = cluster.runtime();
    journal = TaskJournal.in(folder);
    othersTravel();
  }

  /** Correct large values travel from the driver to the node, and back. */
  @AfterEach
  void othersTravel() {
    try (var sent = runtime.put(readBadly(Kind.NONE, journal));
        var size = sizeOf(sent);
        var made = runtime
            .task(HostileValuesOnOtherHostIT::readBadly, Kind.NONE, journal)
            .maxRetries(0)
            .remote()) {
      assertThat(size.get(ClusterTestSupport.LIMIT)).isEqualTo(LARGE);
      assertThat(made.get(ClusterTestSupport.LIMIT).size()).isEqualTo(LARGE);
    }
  }

  @AfterAll
  void nothingIsLost() throws Exception {
    try {
      PollingAssert.until(
          "all CPUs are back",
          () -> runtime.availableResources().amount(Resources.CPU)
              == runtime.totalResources().amount(Resources.CPU));
      PollingAssert.until(
          () -> "nothing is pending: " + runtime.pending(),
          () -> runtime.pending().isEmpty());
    } finally {
      cluster.close();
    }
  }

  static Stream<Arguments> all() {
    return Stream.of(Place.values())
        .flatMap(place -> Stream.of(Kind.values())
            .filter(kind -> kind != Kind.NONE)
            .map(kind -> Arguments.of(place, kind)));
  }

  @ParameterizedTest
  @MethodSource("all")
  void whoeverWaitsIsTold(Place place, Kind kind) throws Exception {
    var present = new TaskJournal(folder.resolve("case" + ++cases).toString());
    Files.createFile(Path.of(present.file()));
    var cancel = new AtomicReference<Runnable>();
    var outcome = new CompletableFuture<String>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> outcome.complete(outcomeOf(place, kind, present, cancel)));
    if (kind == Kind.BLOCKS) {
      present.await(BLOCKED, 1);
      othersTravel();
      if (place.blocked.equals(CANCELLED)) {
        cancel.get().run();
        assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(CANCELLED); // before it goes on
      }
      present.note(GO_ON);
    }
    assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(place.outcome(kind));
    if (kind == Kind.BLOCKS) {
      PollingAssert.until(
          () -> "what has blocked goes on", () -> present.count(BLOCKED) == present.count(WENT_ON));
    }
  }

  private String outcomeOf(
      Place place, Kind kind, TaskJournal present, AtomicReference<Runnable> cancel) {
    var refs = new ArrayList<ObjectRef<?>>();
    try {
      refs.addAll(called(place, kind, present));
      cancel.set(refs.getLast()::cancel);
      refs.getLast().get(ClusterTestSupport.LIMIT);
      return VALUE;
    } catch (Throwable thrown) {
      return thrown.getClass().getSimpleName();
    } finally {
      refs.forEach(ObjectRef::close);
    }
  }

  /** Returns the refs of the place's calls; the last is the one to wait for. */
  private List<ObjectRef<?>> called(Place place, Kind kind, TaskJournal present) {
    return switch (place) {
      case ARGUMENT -> {
        var value = runtime.put(readBadly(kind, present));
        yield List.of(value, sizeOf(value));
      }
      case METHOD_ARGUMENT -> {
        var value = runtime.put(readBadly(kind, present));
        var actor = runtime.actor(ValueActor::new).remote();
        yield List.of(value, actor.call(ValueActor::size, value).remote());
      }
      case RESULT_WRITTEN ->
        List.of(runtime
            .task(HostileValuesOnOtherHostIT::writtenBadly, kind, present)
            .maxRetries(0)
            .remote());
      case RESULT_READ ->
        List.of(runtime
            .task(HostileValuesOnOtherHostIT::readBadly, kind, present)
            .maxRetries(0)
            .remote());
    };
  }

  private ObjectRef<Integer> sizeOf(ObjectRef<LargeValue> value) {
    return runtime.task(LargeValue::size, value).maxRetries(0).remote();
  }
}
