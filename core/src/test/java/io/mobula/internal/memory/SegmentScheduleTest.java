package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.StoreFullException;
import io.mobula.internal.schedule.ScheduleExplorer;
import io.mobula.internal.schedule.SimulatedScheduler;
import io.mobula.internal.schedule.SimulatedThreads;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Simulation test of threads of several processes with one shared capacity, which take blocks,
 * write into them, free them and give segments back. A thread may be preempted, and a process may
 * die, wherever it publishes its report or reads those of others.
 */
class SegmentScheduleTest {
  private static final int SEGMENT = 4 << 10;
  private static final int CAPACITY = 6 * SEGMENT;
  private static final int PROCESSES = 3;
  private static final int MAX_STEPS = 20_000;
  private static final FileHeader.StoreId ID = new FileHeader.StoreId(1, 2);

  @TempDir
  Path base;

  @Test
  void blocksDoNotOverlapAndTheCeilingHolds() {
    ScheduleExplorer.explore("segments", 60, scheduler -> new SegmentSimulation(scheduler).run());
  }

  private final class SegmentSimulation {
    private final SimulatedScheduler scheduler;
    private final List<SimulatedProcess> alive = new ArrayList<>();
    private final List<SimulatedProcess> all = new ArrayList<>();
    private final Map<String, CapacityReports.CapacityReport> said = new LinkedHashMap<>();
    private long now;
    private int blocks;

    SegmentSimulation(SimulatedScheduler scheduler) {
      this.scheduler = scheduler;
      for (int i = 0; i < PROCESSES; i++) {
        var simulatedProcess = new SimulatedProcess("process " + i);
        alive.add(simulatedProcess);
        all.add(simulatedProcess);
      }
      scheduler.afterEach(this::checkCeiling);
    }

    void run() {
      try {
        for (int actions = 20 + scheduler.decisions().next(150); actions > 0; actions--) {
          act();
        }
        scheduler.note("-- all blocks are given back");
        scheduler.settle(MAX_STEPS);
        alive.forEach(SimulatedProcess::giveAllBack);
        scheduler.settle(MAX_STEPS);
        for (var simulatedProcess : alive) {
          assertThat(simulatedProcess.threads.unfinished()).isEmpty();
          assertThat(simulatedProcess.pool.usedBytes())
              .as("used by %s", simulatedProcess.name)
              .isZero();
        }
        if (!alive.isEmpty()) {
          oneTakesAll();
        }
      } finally {
        scheduler.end();
        all.forEach(SimulatedProcess::discard);
      }
    }

    /**
     * Checks that no capacity is lost: when the others have given their bytes back, one process can
     * take all of it.
     */
    private void oneTakesAll() {
      for (var simulatedProcess : List.copyOf(all)) {
        if (alive.contains(simulatedProcess)) {
          simulatedProcess.pool.releaseIdle(Long.MAX_VALUE);
        } else {
          simulatedProcess.leaveNothing();
        }
      }
      checkCeiling();
      var whole = alive.getFirst().pool.allocate(CAPACITY);
      assertThat(whole.bytes()).isEqualTo(CAPACITY);
      alive.getFirst().pool.free(whole);
    }

    private void act() {
      int what = scheduler.decisions().next(100);
      if (what < 60 || alive.isEmpty()) {
        scheduler.next();
        return;
      }
      now += scheduler.decisions().next(1000) * 1_000_000L;
      var simulatedProcess = alive.get(scheduler.decisions().next(alive.size()));
      if (what < 80) {
        simulatedProcess.take();
      } else if (what < 92) {
        simulatedProcess.giveOneBack();
      } else if (what < 95) {
        simulatedProcess.later("giver", () -> simulatedProcess.pool.releaseIdle(SEGMENT));
      } else if (what < 97) {
        simulatedProcess.later("preparer", simulatedProcess.pool::prepareAhead);
      } else if (scheduler.decisions().oneIn(2)) {
        simulatedProcess.die();
      }
    }

    /** Sums all segments, including those of dead processes whose files still exist. */
    private void checkCeiling() {
      long sum = all.stream().mapToLong(SimulatedProcess::bytes).sum();
      assertThat(sum).as("bytes of all segments").isLessThanOrEqualTo(CAPACITY);
    }

    /** One process of the simulated node. */
    private final class SimulatedProcess {
      final String name;
      final SimulatedThreads threads;
      final SegmentPool pool;
      private final StoreDirectory directory = StoreDirectory.open(base);
      private final List<TakenBlock> takenBlock = new ArrayList<>();
      private boolean gone;

      SimulatedProcess(String name) {
        this.name = name;
        threads = new SimulatedThreads(scheduler, name);
        said.put(name, new CapacityReports.CapacityReport(0, 0, 0));
        pool = new SegmentPool(
            directory,
            ID,
            new StoreOptions(base, CAPACITY, SEGMENT, false),
            new SegmentPretoucher(),
            new SharedStoreCapacity(new SimulatedReports(name), CAPACITY, () -> now));
      }

      /** Returns the bytes of the process's segments according to their files. */
      long bytes() {
        var files = directory.path().toFile().listFiles();
        return files == null
            ? 0
            : Arrays.stream(files)
                .filter(file -> file.getName().startsWith("segment-"))
                .mapToLong(file -> Math.max(0, file.length() - FileHeader.DATA_OFFSET))
                .sum();
      }

      void later(String what, Runnable action) {
        threads.start(what, () -> {
          try {
            action.run();
          } catch (StoreFullException full) {
            scheduler.note(name + ": " + full.getMessage());
          }
        });
      }

      void take() {
        long bytes = scheduler.decisions().oneIn(6)
            ? SEGMENT + 64L * scheduler.decisions().next(2 * SEGMENT / 64)
            : 64L * (1 + scheduler.decisions().next(SEGMENT / 128));
        later("writer", () -> {
          var block = new TakenBlock(pool.allocate(bytes), ++blocks);
          scheduler.preempt();
          takenBlock.add(block);
        });
      }

      void giveOneBack() {
        if (!takenBlock.isEmpty()) {
          var block = takenBlock.remove(scheduler.decisions().next(takenBlock.size()));
          block.check();
          pool.free(block.extent());
        }
      }

      void giveAllBack() {
        while (!takenBlock.isEmpty()) {
          giveOneBack();
        }
      }

      void die() {
        scheduler.note("** " + name + " dies");
        threads.die();
        alive.remove(this);
        scheduler.anyTime("what " + name + " has left is removed", this::leaveNothing);
      }

      void leaveNothing() {
        if (!gone) {
          gone = true;
          directory.delete();
          said.remove(name);
        }
      }

      void discard() {
        threads.discard();
        leaveNothing();
      }
    }

    /** Reports of all processes; a reader sees one after the other. */
    private final class SimulatedReports implements CapacityReports {
      private final String name;

      SimulatedReports(String name) {
        this.name = name;
      }

      @Override
      public void publish(CapacityReport report) {
        scheduler.preempt();
        said.computeIfPresent(name, (who, before) -> report);
        scheduler.preempt();
      }

      @Override
      public Map<String, CapacityReport> others() {
        var others = new LinkedHashMap<String, CapacityReport>();
        for (var other : List.copyOf(said.keySet())) {
          scheduler.preempt();
          var report = said.get(other);
          if (report != null && !other.equals(name)) {
            others.put(other, report);
          }
        }
        return others;
      }

      @Override
      public void withdraw() {
        said.remove(name);
      }
    }
  }

  /** A block that is filled with its number. */
  private record TakenBlock(Extent<Segment> extent, int number) {
    TakenBlock {
      for (long at = 0; at < extent.bytes(); at += Integer.BYTES) {
        extent.home().blocks().set(ValueLayout.JAVA_INT, extent.offset() + at, number);
      }
    }

    void check() {
      for (long at = 0; at < extent.bytes(); at += Integer.BYTES) {
        assertThat(extent.home().blocks().get(ValueLayout.JAVA_INT, extent.offset() + at))
            .as("what lies in block %s", number)
            .isEqualTo(number);
      }
    }
  }
}
