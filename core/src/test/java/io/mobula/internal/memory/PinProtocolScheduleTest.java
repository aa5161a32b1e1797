package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.schedule.ScheduleExplorer;
import io.mobula.internal.schedule.SimulatedScheduler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Simulation test of objects in shared memory that an owner creates, frees and evicts while readers
 * pin and read them. Each side may be preempted between any two accesses to shared words, for a
 * while; a reader may also die there.
 */
class PinProtocolScheduleTest {
  private static final ObjectTableFixture SHARED = new ObjectTableFixture();
  private static final int READERS = 3;
  private static final List<PinRow> ROWS = new ArrayList<>();
  private static final int FIRST_ROW = 2;

  static {
    for (int i = 0; i < READERS; i++) {
      ROWS.add(SHARED.matrix.claim(SHARED.matrix.addRow(), 100 + i));
    }
  }

  @AfterAll
  static void close() {
    SHARED.close();
  }

  @Test
  void whatIsPinnedIsNotFreedAndWhatIsFreedComesBack() {
    ScheduleExplorer.explore("pins", 300, scheduler -> new PinSimulation(scheduler).run());
  }

  /** Death of a reader's process. */
  private static final class ReaderDied extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private record SlotGeneration(long slot, long generation) {}

  private static final class PinSimulation {
    private final SimulatedScheduler scheduler;
    private final Map<Long, Long> memory = new HashMap<>(); // content by block address
    // objects whose names readers have been told
    private final List<SlotGeneration> known = new ArrayList<>();
    private final List<SlotGeneration> condemned = new ArrayList<>();
    private final List<ReaderProcess> readerProcesses = new ArrayList<>();
    private final int usedBefore = SHARED.table.inUse();
    private int crashes;
    private boolean calm; // no process dies any more

    PinSimulation(SimulatedScheduler scheduler) {
      this.scheduler = scheduler;
      for (int i = 0; i < READERS; i++) {
        claimAnew(i); // whatever a previous history has left there
        readerProcesses.add(new ReaderProcess(i));
      }
      scheduler.afterEach(() -> readerProcesses.forEach(ReaderProcess::checkAll));
    }

    void run() {
      for (int actions = 10 + scheduler.decisions().next(80); actions > 0; actions--) {
        act();
      }
      scheduler.settle(1_000);
      calm = true;
      for (var readerProcess : readerProcesses) {
        while (!readerProcess.pinned.isEmpty()) {
          readerProcess.later(readerProcess::unpin);
          scheduler.settle(1_000);
        }
      }
      List.copyOf(known).forEach(this::free);
      if (crashes > 0) { // the owner's sweep, which finds free rows of dead readers
        List.copyOf(condemned).forEach(this::reclaim);
      }
      assertThat(condemned).as("freed, and not given back").isEmpty();
      assertThat(SHARED.table.inUse()).isEqualTo(usedBefore);
    }

    private static void claimAnew(int reader) {
      SHARED.matrix.clear(FIRST_ROW + reader);
      assertThat(SHARED.matrix.claim(FIRST_ROW + reader, 100 + reader)).isNotNull();
    }

    private void act() {
      int what = scheduler.decisions().next(10);
      if (what < 4) {
        scheduler.next();
      } else if (what < 8) {
        var readerProcess = readerProcesses.get(scheduler.decisions().next(READERS));
        readerProcess.later(what < 6 ? readerProcess::pin : readerProcess::unpin);
      } else {
        scheduler.inOrder("owner", "owner", "the owner", this::own);
      }
    }

    private void own() {
      int what = scheduler.decisions().next(4);
      if (known.isEmpty() || what == 0) {
        create();
      } else {
        var object = known.get(scheduler.decisions().next(known.size()));
        if (what == 1) {
          evict(object);
        } else {
          free(object);
        }
      }
    }

    private void create() {
      long slot = SHARED.table.create(0, 0, 8);
      var made = new SlotGeneration(slot, SHARED.generation(slot));
      memory.put(slot, made.generation());
      scheduler.preempt();
      assertThat(
              SHARED.table.transition(slot, made.generation(), SlotState.CREATED, SlotState.SEALED))
          .isTrue();
      known.add(made);
    }

    private void free(SlotGeneration object) {
      known.remove(object);
      scheduler.preempt();
      if (SHARED.table.transition(
          object.slot(), object.generation(), SlotState.SEALED, SlotState.CONDEMNED)) {
        condemned.add(object);
        scheduler.preempt();
        reclaim(object);
      }
    }

    private void reclaim(SlotGeneration object) {
      if (SHARED.reclaim(object.slot(), object.generation())) {
        condemned.remove(object);
        memory.put(object.slot(), -1L); // the poison value
        SHARED.table.release(object.slot());
      }
    }

    private void evict(SlotGeneration object) {
      if (SHARED.table.evict(object.slot(), object.generation(), SHARED.matrix)) {
        known.remove(object);
        memory.put(object.slot(), -1L);
        SHARED.table.release(object.slot());
      }
    }

    private void nudge(long slot) {
      scheduler.inOrder(
          "owner",
          "owner",
          "a nudge for slot " + slot,
          () -> List.copyOf(condemned).stream()
              .filter(each -> each.slot() == slot)
              .forEach(this::reclaim));
    }

    /** Process that reads objects in place. */
    private final class ReaderProcess {
      private final int number;
      private final PinProtocol pins;
      private final List<SlotGeneration> pinned = new ArrayList<>();

      ReaderProcess(int number) {
        this.number = number;
        this.pins = new PinProtocol(this::look, ROWS.get(number));
      }

      /** Loads a slot's word; other threads may run before and after. */
      private long look(long slot) {
        scheduler.preempt();
        dieSometimes();
        long word = SHARED.table.word(slot);
        scheduler.preempt();
        dieSometimes();
        return word;
      }

      private void dieSometimes() {
        if (!calm && scheduler.decisions().oneIn(40)) {
          throw new ReaderDied();
        }
      }

      void later(Runnable action) {
        var name = "reader " + number;
        scheduler.inOrder(name, name, name, () -> {
          try {
            action.run();
          } catch (ReaderDied readerDied) {
            die();
          }
        });
      }

      /** Releases the process's lock as the kernel does; the owner reclaims its row. */
      private void die() {
        scheduler.note("reader " + number + " dies");
        crashes++;
        pinned.clear();
        claimAnew(number);
      }

      void pin() {
        if (known.isEmpty()) {
          return;
        }
        var object = known.get(scheduler.decisions().next(known.size()));
        if (pins.pin(object.slot(), object.generation())) {
          pinned.add(object);
          check(object);
        } else if (SlotWord.state(SHARED.table.word(object.slot())) == SlotState.CONDEMNED) {
          nudge(object.slot());
        }
      }

      void unpin() {
        if (!pinned.isEmpty()) {
          var object = pinned.removeFirst();
          if (pins.unpin(object.slot())) {
            nudge(object.slot());
          }
        }
      }

      private void check(SlotGeneration object) {
        assertThat(memory.get(object.slot()))
            .as("reader %s reads slot %s", number, object.slot())
            .isEqualTo(object.generation());
      }

      void checkAll() {
        pinned.forEach(this::check);
      }
    }
  }
}
