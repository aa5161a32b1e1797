package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tests of the table of calls that an actor's state contains. */
class AppliedCallsTest {
  private static final NodeId PROCESS = new NodeId(7);

  private final AppliedCalls calls = new AppliedCalls();

  private static CompletionRecord value(int length) {
    return new CompletionRecord(CompletionRecord.Kind.VALUE, new byte[length]);
  }

  private static CallOrigin first(NodeId process, long sequence, long answered) {
    return new CallOrigin(process, 1, sequence, answered, false);
  }

  private static CallOrigin again(NodeId process, long sequence) {
    return new CallOrigin(process, 1, sequence, 1, true);
  }

  @Test
  void aRepeatedCallHasItsOutcomeAndOneThatHasNotRunHasNone() {
    var outcome = value(3);
    // before the first call: it came from another caller
    calls.markApplied(first(PROCESS, 2, 1), outcome);
    var read = AppliedCalls.read(calls.toBytes());
    var known = read.find(again(PROCESS, 2));
    assertThat(known).isNotNull();
    assertThat(known.kind()).isEqualTo(CompletionRecord.Kind.VALUE);
    assertThat(known.bytes()).hasSize(3);
    assertThat(read.find(again(PROCESS, 1))).isNull();
    assertThat(read.find(again(PROCESS, 3))).isNull();
    assertThat(read.find(again(new NodeId(8), 2))).isNull();
    assertThat(read.find(new CallOrigin(PROCESS, 2, 2, 1, true))).isNull(); // of a later client
  }

  @Test
  void whatHasBeenAnsweredLeaves() {
    for (int i = 1; i <= 100; i++) {
      calls.markApplied(first(PROCESS, i, i), value(10));
      assertThat(calls.size()).isEqualTo(1);
      assertThat(calls.bytes()).isEqualTo(10);
    }
  }

  @Test
  void whatAProcessHasCalledGoesSomeTimeAfterItHasLeft() {
    var other = new NodeId(8);
    calls.markApplied(first(PROCESS, 1, 1), value(10));
    calls.markApplied(first(other, 1, 1), value(20));
    // on another host, which has met only one of the processes
    var read = AppliedCalls.read(calls.toBytes());
    read.forgetAbsent(PROCESS::equals, 1);
    assertThat(read.find(again(other, 1))).isNotNull();
    read.forgetAbsent(node -> true, AppliedCalls.ABSENT_NANOS); // now the host has met both
    read.forgetAbsent(PROCESS::equals, AppliedCalls.ABSENT_NANOS + 5);
    read.forgetAbsent(PROCESS::equals, 2 * AppliedCalls.ABSENT_NANOS + 4);
    assertThat(read.find(again(other, 1))).isNotNull();
    read.forgetAbsent(PROCESS::equals, 2 * AppliedCalls.ABSENT_NANOS + 5);
    assertThat(read.find(again(other, 1))).isNull();
    assertThat(read.find(again(PROCESS, 1))).isNotNull();
    assertThat(read.bytes()).isEqualTo(10);
    assertThat(read.toBytes().length).isLessThan(calls.toBytes().length);
  }

  @Test
  void ofACallThatIsTooOldForTheTableIsNotSaidThatItHasNotRun() {
    for (int i = 1; i <= AppliedCalls.MAX_CALLS + 5; i++) {
      calls.markApplied(first(PROCESS, i, 1), value(1));
    }
    var read = AppliedCalls.read(calls.toBytes());
    assertThat(read.size()).isEqualTo(AppliedCalls.MAX_CALLS);
    assertThat(read.find(again(PROCESS, 5))).isSameAs(CompletionRecord.DISCARDED);
    assertThat(read.find(again(PROCESS, 6))).isNotNull();
    assertThat(read.find(again(PROCESS, AppliedCalls.MAX_CALLS + 6))).isNull();
  }

  @Test
  void outcomesTakeNoMoreThanTheirBoundAndTheOldestGoFirst() {
    int each = CompletionRecord.LARGEST;
    int many = (int) (AppliedCalls.MAX_BYTES / each) + 3;
    for (int i = 1; i <= many; i++) {
      calls.markApplied(first(PROCESS, i, 1), value(each));
      assertThat(calls.bytes()).isLessThanOrEqualTo(AppliedCalls.MAX_BYTES);
    }
    assertThat(calls.find(again(PROCESS, 1))).isSameAs(CompletionRecord.DISCARDED);
    assertThat(calls.find(again(PROCESS, many)).bytes()).hasSize(each);
  }

  @Test
  void theProcessThatWasSeenLongestAgoLeavesAndNothingIsSaidOfItsCalls() {
    for (int i = 0; i <= AppliedCalls.MAX_PROCESSES; i++) {
      calls.markApplied(first(new NodeId(i + 1), 1, 1), value(1));
    }
    var read = AppliedCalls.read(calls.toBytes());
    assertThat(read.size()).isEqualTo(AppliedCalls.MAX_PROCESSES);
    assertThat(read.find(again(new NodeId(1), 1))).isSameAs(CompletionRecord.DISCARDED);
    assertThat(read.find(first(new NodeId(1), 2, 1))).isNull(); // it has not been sent before
    assertThat(read.find(again(new NodeId(2), 1)).bytes()).hasSize(1);
  }

  /**
   * Compares the table with a model that forgets nothing: an unanswered call that has run is never
   * reported as not run.
   */
  @Test
  void whateverHasRunAndIsUnansweredIsKnown() {
    long seed = Long.getLong("mobula.test.seed", System.nanoTime());
    var random = new SplittableRandom(seed);
    var open = new TreeMap<Long, Boolean>(); // the value tells whether the call has run
    var table = new AppliedCalls();
    long sequence = 0;
    for (int step = 0; step < 20_000; step++) {
      if (open.isEmpty() || (random.nextInt(3) == 0 && open.size() < 2 * AppliedCalls.MAX_CALLS)) {
        open.put(++sequence, false);
      } else if (random.nextInt(4) == 0) {
        open.remove(open.firstKey()); // the call was answered, or has failed
      } else {
        long some = open.floorKey(open.firstKey() + random.nextInt(open.size()));
        if (!open.put(some, true)) {
          table.markApplied(first(PROCESS, some, open.firstKey()), value(random.nextInt(50)));
        }
      }
      if (step % 500 == 0) {
        table = AppliedCalls.read(table.toBytes());
        for (var call : open.entrySet()) {
          var known = table.find(again(PROCESS, call.getKey()));
          assertThat(known != null || !call.getValue()).as("seed %d", seed).isTrue();
        }
      }
    }
  }
}
