package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.ObjectRefStream;
import io.mobula.ResultForm;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Test of tasks with several results, all at once or one by one. */
class ManyResultsTest extends ContractTest {

  static List<Integer> squares(int count) {
    return IntStream.range(0, count).mapToObj(i -> i * i).toList();
  }

  @Test
  void remoteManyGivesOneRefPerResult() {
    var refs = runtime.task(ManyResultsTest::squares, 3).remote(ResultForm.many(3));
    assertThat(refs).hasSize(3);
    assertThat(runtime.get(refs)).containsExactly(0, 1, 4);
    assertThat(refs.stream().map(ref -> ref.id().index())).containsExactly(0, 1, 2);
    assertThat(refs.stream().map(ref -> ref.id().task()).distinct()).hasSize(1);
    assertThat(Mobula.get(Mobula.task(ManyResultsTest::squares).bind(2).remote(ResultForm.many(2))))
        .containsExactly(0, 1);
  }

  @Test
  void resultsThatAreMoreOrFewerThanAskedForFailAllRefs() {
    for (int had : List.of(2, 4)) {
      var refs =
          runtime.task(ManyResultsTest::squares, had).name("squares").remote(ResultForm.many(3));
      for (var ref : refs) {
        assertThatThrownBy(() -> ref.get(LONG))
            .isInstanceOf(TaskFailedException.class)
            .hasMessageContaining("squares")
            .hasMessageContaining("3 results")
            .hasMessageContaining(had + " elements");
      }
    }
    var none = runtime.task(() -> (List<Integer>) null).bind().remote(ResultForm.many(1));
    assertThatThrownBy(() -> none.getFirst().get(LONG)).isInstanceOf(TaskFailedException.class);
  }

  @Test
  void fewerThanOneResultCannotBeAskedFor() {
    var call = runtime.task(ManyResultsTest::squares, 0);
    assertThatThrownBy(() -> call.remote(ResultForm.many(0)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.remote(ResultForm.many(-1)))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void remoteManyTakesNulls() {
    var refs = runtime
        .task(() -> (Collection<Integer>) Arrays.asList(1, null))
        .bind()
        .remote(ResultForm.many(2));
    assertThat(runtime.get(refs)).containsExactly(1, null);
  }

  @Test
  void aFailureFailsEveryRefOfMany() {
    var refs = runtime
        .task(() -> {
          if (Mobula.context().attempt() > 0) {
            throw new IOException("none of them");
          }
          return List.of(1);
        })
        .bind()
        .remote(ResultForm.many(2));
    for (ObjectRef<Integer> ref : refs) {
      assertThatThrownBy(() -> ref.get(LONG))
          .isInstanceOf(TaskFailedException.class)
          .rootCause()
          .hasMessage("none of them");
    }
  }

  @Test
  void cancellingOneOfManyCancelsTheTask() {
    var latch = latch();
    var refs = runtime
        .task(() -> {
          latch.await();
          return List.of(1, 2);
        })
        .bind()
        .remote(ResultForm.many(2));
    assertThat(refs.getFirst().cancel()).isTrue();
    assertThatThrownBy(() -> refs.getLast().get(LONG)).isInstanceOf(TaskCancelledException.class);
  }

  // ---- streams

  static Stream<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed();
  }

  static Stream<Integer> counted(int count, FileEventLog eventLog) {
    return IntStream.range(0, count)
        .mapToObj(i -> {
          try {
            eventLog.add("made");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          return i;
        })
        .onClose(() -> {
          try {
            eventLog.add("closed");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static <T> List<T> values(ObjectRefStream<T> stream) {
    var values = new ArrayList<T>();
    for (var ref : stream) {
      values.add(ref.get());
      ref.close();
    }
    return values;
  }

  @Test
  void aStreamComesInOrder() {
    try (var stream = runtime.task(ManyResultsTest::numbers, 1000).remote(ResultForm.stream())) {
      assertThat(values(stream)).containsExactlyElementsOf(numbers(1000).toList());
    }
    try (var stream = Mobula.task(() -> List.of(1, 2, 3).iterator())
        .bind()
        .remote(ResultForm.<Integer>iterator())) {
      assertThat(values(stream)).containsExactly(1, 2, 3);
    }
    try (var stream = runtime.task(ManyResultsTest::numbers, 0).remote(ResultForm.stream())) {
      assertThat(stream.iterator().hasNext()).isFalse();
      assertThatThrownBy(() -> stream.iterator().next()).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void resultsAreThereOneByOneWhileTheTaskGoesOn() throws Exception {
    var latch = latch();
    var call = runtime.task(
        (FileLatch g) -> Stream.of(1, 2).peek(i -> {
          if (i == 2) {
            try {
              g.await();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        }),
        latch);
    try (var stream = call.remote(ResultForm.<Integer>stream())) {
      var results = stream.iterator();
      var first = results.next();
      assertThat(first.isReady()).isTrue();
      assertThat(first.get()).isEqualTo(1);
      latch.open();
      assertThat(results.next().get()).isEqualTo(2);
      assertThat(results.hasNext()).isFalse();
    }
  }

  @Test
  void theTaskIsHeldBackWhenTooManyAreUnread() throws Exception {
    var eventLog = eventLog();
    var call = runtime.task(ManyResultsTest::counted, 100, eventLog).maxUnread(3);
    try (var stream = call.remote(ResultForm.stream())) {
      eventLog.await("made", 4);
      // The task waits with its fourth result. No event shows that, but its CPU is released.
      PollingAssert.until(
          "the task has given its CPU back", () -> runtime.availableResources().amount("CPU") == 4);
      assertThat(eventLog.count("made")).isEqualTo(4);
      var results = stream.iterator();
      results.next();
      eventLog.await("made", 5);
      PollingAssert.until(
          "the task waits again", () -> runtime.availableResources().amount("CPU") == 4);
      assertThat(eventLog.count("made")).isEqualTo(5);
      assertThat(values(stream)).hasSize(99);
    }
  }

  @Test
  void closingEarlyCancelsTheTask() throws Exception {
    var eventLog = eventLog();
    var call = runtime.task(ManyResultsTest::counted, 1_000_000, eventLog).maxUnread(2);
    var stream = call.remote(ResultForm.stream());
    stream.iterator().next();
    stream.close();
    eventLog.await("closed", 1);
    assertThat(stream.iterator().hasNext()).isFalse();
    assertThat(eventLog.count("made")).isLessThan(1_000);
    stream.close();
  }

  @Test
  void aStreamThatItsReaderForgetsEndsItsTask() throws Exception {
    var eventLog = eventLog();
    assertThat(readOne(eventLog)).isZero();
    PollingAssert.until("the forgotten stream is closed", () -> {
      System.gc();
      return eventLog.count("closed") == 1;
    });
  }

  @SuppressWarnings("resource") // intended
  private int readOne(FileEventLog eventLog) {
    return runtime
        .task(ManyResultsTest::counted, 1_000_000, eventLog)
        .maxUnread(3)
        .remote(ResultForm.stream())
        .iterator()
        .next()
        .get();
  }

  /** Returns the number of objects in all stores. */
  private long objects() {
    return runtime.nodes().stream().mapToLong(node -> node.store().objects()).sum();
  }

  @Test
  void closingAStreamGivesBackWhatWasNotRead() throws Exception {
    assumeTrue(RuntimeSource.present().countsHolders(), "without a directory all stay");
    long before = objects();
    var stream = runtime
        .task(() -> IntStream.range(0, 10).mapToObj(i -> new int[100_000]))
        .maxUnread(5)
        .bind()
        .remote(ResultForm.stream());
    PollingAssert.until("five are there", () -> objects() >= before + 5);
    stream.close();
    PollingAssert.until("they are gone", () -> objects() <= before);
  }

  @Test
  void aFailureMidwayIsTheLastResult() {
    var call =
        runtime.task(() -> Stream.of(1, 2, 0).map(i -> 10 / i)).name("division").bind();
    try (var stream = call.remote(ResultForm.<Integer>stream())) {
      var results = stream.iterator();
      assertThat(results.next().get()).isEqualTo(10);
      assertThat(results.next().get()).isEqualTo(5);
      var last = results.next();
      assertThatThrownBy(last::get)
          .isInstanceOf(TaskFailedException.class)
          .hasMessageContaining("division")
          .hasCauseInstanceOf(ArithmeticException.class);
      assertThat(results.hasNext()).isFalse();
    }
  }

  @Test
  void aTaskThatFailsBeforeItsStreamGivesOneFailure() {
    Iterator<ObjectRef<Integer>> results = runtime
        .task(() -> {
          if (Mobula.context().attempt() == 1) {
            throw new IOException("no stream");
          }
          return Stream.of(1);
        })
        .bind()
        .remote(ResultForm.<Integer>stream())
        .iterator();
    assertThatThrownBy(() -> results.next().get()).isInstanceOf(TaskFailedException.class);
    assertThat(results.hasNext()).isFalse();
  }

  @Test
  void aStreamThatIsTriedAgainGivesEachResultOnce() {
    var call = runtime
        .task(() -> {
          int attempt = Mobula.context().attempt();
          return Stream.of(0, 1, 2, 3).peek(i -> {
            if (i == 2 && attempt == 1) {
              throw new java.io.UncheckedIOException(new IOException("midway"));
            }
          });
        })
        .retryOn(java.io.UncheckedIOException.class)
        .backoff(Duration.ofMillis(1))
        .bind();
    try (var stream = call.remote(ResultForm.<Integer>stream())) {
      assertThat(values(stream)).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void cancelledAndTimedOutStreamsEnd() {
    var never = latch();
    var call = runtime
        .task(
            (FileLatch g) -> Stream.of(1, 2).peek(i -> {
              if (i == 2) {
                try {
                  g.await();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }
            }),
            never)
        .timeout(Duration.ofMillis(200));
    try (var stream = call.remote(ResultForm.<Integer>stream())) {
      var results = stream.iterator();
      assertThat(results.next().get()).isEqualTo(1);
      assertThatThrownBy(() -> results.next().get())
          .isInstanceOf(io.mobula.error.TaskTimeoutException.class);
      assertThat(results.hasNext()).isFalse();
    }
  }

  @Test
  void aStreamIsReadInsideATaskWhileItsProducerNeedsTheOnlyCpu() throws Exception {
    try (var small = RuntimeSource.present().open(settings().cpus(1))) {
      var sum = small.task(() -> {
        int total = 0;
        try (var stream =
            Mobula.task(ManyResultsTest::numbers, 100).maxUnread(2).remote(ResultForm.stream())) {
          for (var ref : stream) {
            total += ref.get();
          }
        }
        return total;
      });
      assertThat(sum.remote().get(LONG)).isEqualTo(4950);
    }
  }
}
