package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.StoreFullException;
import io.mobula.internal.schedule.Schedule;
import io.mobula.internal.schedule.Schedules;
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
 * Threads of several processes under one ceiling that take blocks, write into them, give them back
 * and give segments away. A thread stops, and a process dies, wherever it says what it has or looks
 * what others have.
 */
class SegmentScheduleTest {
  private static final int SEGMENT = 4 << 10;
  private static final int CAPACITY = 6 * SEGMENT;
  private static final int PROCESSES = 3;
  private static final int MOST_STEPS = 20_000;
  private static final FileHeader.StoreId ID = new FileHeader.StoreId(1, 2);

  @TempDir
  Path base;

  @Test
  void blocksDoNotOverlapAndTheCeilingHolds() {
    Schedules.explore("segments", 60, schedule -> new World(schedule).run());
  }

  private final class World {
    private final Schedule schedule;
    private final List<Process> alive = new ArrayList<>();
    private final List<Process> all = new ArrayList<>();
    private final Map<String, Shares.Share> said = new LinkedHashMap<>();
    private long now;
    private int blocks;

    World(Schedule schedule) {
      this.schedule = schedule;
      for (int i = 0; i < PROCESSES; i++) {
        var process = new Process("process " + i);
        alive.add(process);
        all.add(process);
      }
      schedule.afterEach(this::checkCeiling);
    }

    void run() {
      try {
        for (int actions = 20 + schedule.choices().next(150); actions > 0; actions--) {
          act();
        }
        schedule.note("-- all blocks are given back");
        schedule.settle(MOST_STEPS);
        alive.forEach(Process::giveAllBack);
        schedule.settle(MOST_STEPS);
        for (var process : alive) {
          assertThat(process.threads.unfinished()).isEmpty();
          assertThat(process.pool.usedBytes()).as("used by %s", process.name).isZero();
        }
        if (!alive.isEmpty()) {
          oneTakesAll();
        }
      } finally {
        schedule.end();
        all.forEach(Process::discard);
      }
    }

    /**
     * Nothing is lost: when the others have given theirs, one may have as much as the ceiling says.
     */
    private void oneTakesAll() {
      for (var process : List.copyOf(all)) {
        if (alive.contains(process)) {
          process.pool.giveIdle(Long.MAX_VALUE);
        } else {
          process.leaveNothing();
        }
      }
      checkCeiling();
      var whole = alive.getFirst().pool.allocate(CAPACITY);
      assertThat(whole.bytes()).isEqualTo(CAPACITY);
      alive.getFirst().pool.free(whole);
    }

    private void act() {
      int what = schedule.choices().next(100);
      if (what < 60 || alive.isEmpty()) {
        schedule.next();
        return;
      }
      now += schedule.choices().next(1000) * 1_000_000L;
      var process = alive.get(schedule.choices().next(alive.size()));
      if (what < 80) {
        process.take();
      } else if (what < 92) {
        process.giveOneBack();
      } else if (what < 95) {
        process.later("giver", () -> process.pool.giveIdle(SEGMENT));
      } else if (what < 97) {
        process.later("preparer", process.pool::prepareAhead);
      } else if (schedule.choices().oneIn(2)) {
        process.die();
      }
    }

    /** All that there is, of the dead, too, as long as their files are there. */
    private void checkCeiling() {
      long sum = all.stream().mapToLong(Process::bytes).sum();
      assertThat(sum).as("bytes of all segments").isLessThanOrEqualTo(CAPACITY);
    }

    /** One process of the node. */
    private final class Process {
      final String name;
      final SimulatedThreads threads;
      final SegmentPool pool;
      private final StoreDirectory directory = StoreDirectory.open(base);
      private final List<Taken> taken = new ArrayList<>();
      private boolean gone;

      Process(String name) {
        this.name = name;
        threads = new SimulatedThreads(schedule, name);
        said.put(name, new Shares.Share(0, 0, 0));
        pool = new SegmentPool(
            directory,
            ID,
            new StoreOptions(base, CAPACITY, SEGMENT, false),
            new Warmer(),
            new CommonCeiling(new Said(name), CAPACITY, () -> now));
      }

      /** What its segments take, as their files say. */
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
            schedule.note(name + ": " + full.getMessage());
          }
        });
      }

      void take() {
        long bytes = schedule.choices().oneIn(6)
            ? SEGMENT + 64L * schedule.choices().next(2 * SEGMENT / 64)
            : 64L * (1 + schedule.choices().next(SEGMENT / 128));
        later("writer", () -> {
          var block = new Taken(pool.allocate(bytes), ++blocks);
          schedule.preempt();
          taken.add(block);
        });
      }

      void giveOneBack() {
        if (!taken.isEmpty()) {
          var block = taken.remove(schedule.choices().next(taken.size()));
          block.check();
          pool.free(block.extent());
        }
      }

      void giveAllBack() {
        while (!taken.isEmpty()) {
          giveOneBack();
        }
      }

      void die() {
        schedule.note("** " + name + " dies");
        threads.die();
        alive.remove(this);
        schedule.anyTime("what " + name + " has left is removed", this::leaveNothing);
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

    /** What all say; each looks at one after the other. */
    private final class Said implements Shares {
      private final String name;

      Said(String name) {
        this.name = name;
      }

      @Override
      public void say(Share share) {
        schedule.preempt();
        said.computeIfPresent(name, (who, before) -> share);
        schedule.preempt();
      }

      @Override
      public Map<String, Share> others() {
        var others = new LinkedHashMap<String, Share>();
        for (var other : List.copyOf(said.keySet())) {
          schedule.preempt();
          var share = said.get(other);
          if (share != null && !other.equals(name)) {
            others.put(other, share);
          }
        }
        return others;
      }

      @Override
      public void leave() {
        said.remove(name);
      }
    }
  }

  /** A block that is filled with its number. */
  private record Taken(Extent<Segment> extent, int number) {
    Taken {
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
