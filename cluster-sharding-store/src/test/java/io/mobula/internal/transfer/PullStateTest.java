package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Decisions of a pull, tested against simulated networks; a seed determines every run. */
class PullStateTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final PullPolicy TERMS =
      new PullPolicy(64 * 1024, 8 * 1024, 100 * MILLI, 5, 64, 5000 * MILLI, 25 * MILLI, 5 * MILLI);

  @Test
  void getsEveryByteRightWhateverTheNetworkDoes() {
    for (long seed = 1; seed <= 3000; seed++) {
      var run = new Simulation(seed, Simulation.Kind.SOMEBODY_SURVIVES);
      run.untilItEnds();
      assertThat(run.outcome()).as("seed %d: %s", seed, run).isEqualTo(PullState.Outcome.DONE);
      assertThat(run.isComplete()).as("content with seed %d", seed).isTrue();
    }
  }

  @Test
  void failsWithAReasonForEachSourceWhenAllFail() {
    for (long seed = 1; seed <= 1000; seed++) {
      var run = new Simulation(seed, Simulation.Kind.ALL_DIE);
      run.untilItEnds();
      if (run.outcome() == PullState.Outcome.DONE) {
        assertThat(run.isComplete()).as("content with seed %d", seed).isTrue();
      } else {
        assertThat(run.outcome()).as("seed %d", seed).isEqualTo(PullState.Outcome.STARVED);
        assertThat(run.reasons()).as("seed %d", seed).hasSize(run.sources());
      }
    }
  }

  @Test
  void neverAsksASourceForMoreThanTheWindow() {
    for (long seed = 1; seed <= 500; seed++) {
      var run = new Simulation(seed, Simulation.Kind.SOMEBODY_SURVIVES);
      run.untilItEnds();
      assertThat(run.mostOwed())
          .as("seed %d", seed)
          .isLessThanOrEqualTo(TERMS.windowBytes() + TERMS.requestBytes());
      assertThat(run.mostEntries()).as("seed %d", seed).isLessThan(2000);
    }
  }

  @Test
  void asksNothingTwiceOnAPerfectNetwork() {
    for (long seed = 1; seed <= 200; seed++) {
      var run = new Simulation(seed, Simulation.Kind.PERFECT);
      run.untilItEnds();
      assertThat(run.outcome()).as("seed %d", seed).isEqualTo(PullState.Outcome.DONE);
      assertThat(run.asked()).as("bytes asked with seed %d", seed).isEqualTo(run.bytes());
    }
  }

  @Test
  void asksForALostChunkAsSoonAsALaterOneArrives() {
    var state = new PullState(List.of("a"), 3000, TERMS, 0);
    var asks = asksOf(state, 0);
    state.arrived(0, 0, 1000, MILLI);
    state.arrived(0, 2000, 3000, MILLI);

    assertThat(asks).containsExactly("0: 0-3000");
    assertThat(asksOf(state, MILLI)).containsExactly("0: 1000-2000");
  }

  @Test
  void turnsToTheOtherSourceWhenOneIsSilent() {
    var state = new PullState(List.of("dead", "live"), 16 * 1024, TERMS, 0);
    assertThat(asksOf(state, 0)).containsExactly("0: 0-8192", "0: 8192-16384");

    assertThat(asksOf(state, 101 * MILLI)).containsExactly("1: 0-8192", "1: 8192-16384");
  }

  @Test
  void givesASourceUpAtOnceWhenItIsKnownToBeDead() {
    var state = new PullState(List.of("dead", "live"), 8 * 1024, TERMS, 0);
    asksOf(state, 0);
    state.lost("dead", "left the cluster", MILLI);

    assertThat(asksOf(state, MILLI)).containsExactly("1: 0-8192");
    state.lost("live", "left too", MILLI);
    assertThat(state.outcome()).isEqualTo(PullState.Outcome.STARVED);
    assertThat(state.reasons())
        .containsExactlyInAnyOrderEntriesOf(Map.of("dead", "left the cluster", "live", "left too"));
  }

  @Test
  void asksASourceThatIsFoundLaterForWhatIsMissingOnly() {
    var state = new PullState(List.of("dies"), 8 * 1024, TERMS, 0);
    asksOf(state, 0);
    state.arrived(0, 0, 5000, MILLI);
    state.lost("dies", "left", 2 * MILLI);
    assertThat(state.outcome()).isEqualTo(PullState.Outcome.STARVED);
    assertThat(asksOf(state, 3 * MILLI)).isEmpty();

    assertThat(state.add("found", 4 * MILLI)).isTrue();
    assertThat(state.outcome()).isEqualTo(PullState.Outcome.RUNNING);
    assertThat(asksOf(state, 4 * MILLI)).containsExactly("1: 5000-8192");
  }

  @Test
  void takesTheStandbyOfASourceThatWasSilentTwice() {
    var state = new PullState(List.of("first standby"), 8 * 1024, TERMS, 0);
    assertThat(asksOf(state, 0)).containsExactly("0: 0-8192");
    assertThat(asksOf(state, 101 * MILLI)).containsExactly("0: 0-8192");
    assertThat(state.drainReplacedEndpoints()).isEmpty();

    assertThat(asksOf(state, 202 * MILLI)).containsExactly("1: 0-8192");
    assertThat(state.endpoint(1)).isEqualTo("standby");
    assertThat(state.drainReplacedEndpoints()).containsExactly("first");
    state.arrived(1, 0, 8192, 203 * MILLI);
    assertThat(state.outcome()).isEqualTo(PullState.Outcome.DONE);
  }

  @Test
  void takesTheStandbyOfASourceThatCannotBeReachedOnce() {
    var state = new PullState(List.of("first standby", "other"), 8 * 1024, TERMS, 0);
    state.unreachable(0, "no connection", 0);
    state.unreachable(0, "no connection", 0);

    assertThat(state.sourceCount()).isEqualTo(3);
    assertThat(state.endpoint(2)).isEqualTo("standby");
    state.unreachable(2, "no connection either", 0);
    assertThat(state.sourceCount()).isEqualTo(3);
    assertThat(state.reasons())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("first", "no connection", "standby", "no connection either"));
    assertThat(asksOf(state, 0)).containsExactly("1: 0-8192");
  }

  @Test
  void doesNotAskTheStandbyOfWhoDoesNotHaveItOrHasDied() {
    var refused = new PullState(List.of("first standby"), 8 * 1024, TERMS, 0);
    refused.giveUp(0, "it does not have it", 0);
    assertThat(refused.outcome()).isEqualTo(PullState.Outcome.STARVED);

    var dead = new PullState(List.of("first standby"), 8 * 1024, TERMS, 0);
    dead.unreachable(0, "no connection", 0);
    assertThat(dead.outcome()).isEqualTo(PullState.Outcome.RUNNING);
    dead.lost("first standby", "left", 0);
    assertThat(dead.outcome()).isEqualTo(PullState.Outcome.STARVED);
    assertThat(dead.reasons()).containsEntry("standby", "left");
  }

  @Test
  void doesNotTurnBackToASourceThatWasGivenUp() {
    var state = new PullState(List.of("dead"), 8 * 1024, TERMS, 0);
    state.lost("dead", "left", MILLI);

    assertThat(state.add("dead", 2 * MILLI)).isFalse();
    assertThat(state.outcome()).isEqualTo(PullState.Outcome.STARVED);
    asksOf(state, 5001 * MILLI);
    assertThat(state.outcome()).isEqualTo(PullState.Outcome.FAILED);
  }

  @Test
  void leavesABusySourceAloneForAWhile() {
    var state = new PullState(List.of("a"), 8 * 1024, TERMS, 0);
    asksOf(state, 0);
    state.busy(0, MILLI);

    assertThat(asksOf(state, 2 * MILLI)).isEmpty();
    assertThat(asksOf(state, 7 * MILLI)).containsExactly("0: 0-8192");
  }

  @Test
  void failsWhenNobodySendsAnythingForLong() {
    var state = new PullState(List.of("a"), 8 * 1024, TERMS, 0);
    state.work(5001 * MILLI, (source, from, to) -> false);

    assertThat(state.outcome()).isEqualTo(PullState.Outcome.FAILED);
    assertThat(state.reasons()).containsEntry("a", "nothing came for 5000 ms");
  }

  @Test
  void nothingToFetchIsDoneAtOnce() {
    assertThat(new PullState(List.of("a"), 0, TERMS, 0).outcome())
        .isEqualTo(PullState.Outcome.DONE);
  }

  private static List<String> asksOf(PullState state, long now) {
    var asks = new ArrayList<String>();
    state.work(now, (source, from, to) -> asks.add(source + ": " + from + "-" + to));
    return asks;
  }

  /** Sources that answer over a bad network, in simulated time. */
  private static final class Simulation {
    enum Kind {
      PERFECT,
      SOMEBODY_SURVIVES,
      ALL_DIE
    }

    private record SentFrame(
        int source, long from, long to, boolean corrupt, long arrives, long order) {}

    private final Random random;
    private final Kind kind;
    private final int sources;
    private final int bytes;
    private final int chunk;
    private final double loss;
    private final double duplicates;
    private final double corruption;
    private final long jitter;
    private final long[] diesAt;
    private final long[] speed;
    private final long[] free;
    private final long[] owed;
    private final byte[] target;
    private final java.util.PriorityQueue<SentFrame> network = new java.util.PriorityQueue<>(
        java.util.Comparator.comparingLong(SentFrame::arrives).thenComparingLong(SentFrame::order));
    private final PullState state;
    private long now;
    private long order;
    private long asked;
    private long mostOwed;
    private int mostEntries;

    Simulation(long seed, Kind kind) {
      this.random = new Random(seed);
      this.kind = kind;
      this.sources = 1 + random.nextInt(4);
      this.bytes = 1 + random.nextInt(400_000);
      this.chunk = 500 + random.nextInt(4000);
      boolean perfect = kind == Kind.PERFECT;
      this.loss = perfect || random.nextBoolean() ? 0 : random.nextDouble() * 0.3;
      this.duplicates = perfect || random.nextBoolean() ? 0 : random.nextDouble() * 0.3;
      this.corruption = perfect || random.nextBoolean() ? 0 : random.nextDouble() * 0.05;
      this.jitter = perfect || random.nextBoolean() ? 0 : random.nextInt(20) * MILLI;
      this.diesAt = new long[sources];
      this.speed = new long[sources];
      this.free = new long[sources];
      this.owed = new long[sources];
      var names = new ArrayList<String>();
      int survivor = random.nextInt(sources);
      for (int i = 0; i < sources; i++) {
        names.add("source-" + i);
        boolean dies = kind == Kind.ALL_DIE
            || (kind == Kind.SOMEBODY_SURVIVES && i != survivor && random.nextBoolean());
        diesAt[i] = dies ? random.nextInt(60) * MILLI : Long.MAX_VALUE;
        speed[i] = MILLI / 100 + random.nextInt((int) (perfect ? 1 : MILLI / 2));
      }
      this.target = new byte[bytes];
      this.state = new PullState(names, bytes, TERMS, 0);
    }

    void untilItEnds() {
      long end = 600_000 * MILLI;
      while (state.outcome() == PullState.Outcome.RUNNING && now < end) {
        state.work(now, this::ask);
        mostEntries = Math.max(mostEntries, state.rangeCount());
        long tick = now + MILLI;
        while (!network.isEmpty()
            && network.peek().arrives <= tick
            && state.outcome() == PullState.Outcome.RUNNING) {
          var sent = network.poll();
          now = Math.max(now, sent.arrives);
          deliver(sent);
        }
        now = tick;
      }
    }

    private boolean ask(int source, long from, long to) {
      if (kind != Kind.PERFECT && random.nextInt(20) == 0) {
        return false;
      }
      asked += to - from;
      if (now >= diesAt[source] || random.nextDouble() < loss / 4) {
        return true;
      }
      if (kind != Kind.PERFECT && random.nextInt(50) == 0) {
        state.busy(-1, now);
      }
      for (long at = from; at < to; at += chunk) {
        send(source, at, Math.min(to, at + chunk));
      }
      return true;
    }

    private void send(int source, long from, long to) {
      free[source] = Math.max(free[source], now + MILLI / 10) + speed[source];
      if (free[source] >= diesAt[source] || random.nextDouble() < loss) {
        return;
      }
      owed[source] += to - from;
      mostOwed = Math.max(mostOwed, jitter == 0 && loss == 0 && duplicates == 0 ? owed[source] : 0);
      int copies = random.nextDouble() < duplicates ? 2 : 1;
      for (int i = 0; i < copies; i++) {
        long delay = jitter == 0 ? 0 : random.nextLong(jitter);
        boolean corrupt = random.nextDouble() < corruption;
        network.add(new SentFrame(source, from, to, corrupt, free[source] + delay, order++));
      }
    }

    private void deliver(SentFrame sent) {
      owed[sent.source] -= sent.to - sent.from;
      if (sent.corrupt) {
        state.corrupt(sent.source, now);
        return;
      }
      assertThat(state.isInBounds(sent.source, sent.from, sent.to)).isTrue();
      for (long at = sent.from; at < sent.to; at++) {
        target[(int) at] = content(at);
      }
      state.arrived(sent.source, sent.from, sent.to, now);
    }

    boolean isComplete() {
      for (int at = 0; at < bytes; at++) {
        if (target[at] != content(at)) {
          return false;
        }
      }
      return state.arrived() == bytes;
    }

    private static byte content(long at) {
      return (byte) (at % 127 + 1);
    }

    PullState.Outcome outcome() {
      return state.outcome();
    }

    Map<String, String> reasons() {
      return state.reasons();
    }

    int sources() {
      return sources;
    }

    long bytes() {
      return bytes;
    }

    long asked() {
      return asked;
    }

    long mostOwed() {
      return mostOwed;
    }

    int mostEntries() {
      return mostEntries;
    }

    @Override
    public String toString() {
      return sources + " sources, " + bytes + " bytes in chunks of " + chunk + ", loss " + loss
          + ", duplicates " + duplicates + ", corruption " + corruption + ", jitter " + jitter
          + ", arrived " + state.arrived() + " at " + now / MILLI + " ms, " + state.reasons();
    }
  }
}
