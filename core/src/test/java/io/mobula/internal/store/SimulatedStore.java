package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.ObjectLostException;
import io.mobula.error.RefClosedException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.schedule.SimulatedScheduler;
import io.mobula.internal.schedule.SimulatedThreads;
import io.mobula.spi.SpillTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Simulation of a store with memory for a few values, and of threads that use it. Everything is
 * real except for the disk, which is in the heap and may damage bytes, and for other processes,
 * whose values arrive or fail as the schedule says.
 */
final class SimulatedStore {
  private static final int BYTES = 4 << 10;
  private static final int CAPACITY = 6 * (BYTES + 1024);
  private static final int MAX_HELD = 2; // of the values that there is memory for
  private static final int MAX_STEPS = 20_000;
  // creating one takes long
  private static final Codec CODEC = Codec.create(CodecOptions.defaults());
  private static final NodeId OTHER = new NodeId(2);
  private static final Duration NEVER = Duration.ofHours(10);

  private final SimulatedScheduler scheduler;
  private final SimulatedThreads threads;
  private final HeapSpillTarget disk = new HeapSpillTarget();
  private final SharedStore memory;
  private final ObjectStore store;
  private final List<Value> values = new ArrayList<>();
  private int held;
  private boolean damages;

  SimulatedStore(SimulatedScheduler scheduler, Path directory) {
    this.scheduler = scheduler;
    threads = new SimulatedThreads(scheduler, "store");
    memory = SharedStore.open(new StoreOptions(directory, CAPACITY, CAPACITY, false));
    var spillConfig =
        new SpillConfig(new SpillTarget.SpillSettings(List.of(), 0, 0), 0.9, any -> disk);
    store = new ObjectStore(
        new NodeId(1),
        CODEC,
        memory,
        new ObjectStore.Limits(1024, NEVER, spillConfig),
        threads,
        (name, max) -> threads);
    disk.beforeRead = scheduler::preempt;
    disk.beforeWrite = scheduler::preempt;
    damages = scheduler.decisions().oneIn(4);
  }

  void run() {
    try {
      for (int actions = 20 + scheduler.decisions().next(100); actions > 0; actions--) {
        act();
      }
      scheduler.note("-- nothing new happens");
      settle();
      for (var value : values) {
        value.outcomeComes();
      }
      settle();
      assertThat(threads.unfinished()).as("threads that wait for ever").isEmpty();
      values.forEach(Value::checkTold);
      scheduler.note("-- all refs are closed");
      values.forEach(Value::closeAll);
      settle();
      checkNothingIsLeft();
    } finally {
      scheduler.end();
      threads.discard();
      store.close();
    }
  }

  private void settle() {
    do {
      scheduler.settle(MAX_STEPS);
    } while (threads.awaitTimer()); // a thread that finds no memory checks again after a moment
  }

  private void checkNothingIsLeft() {
    assertThat(memory.objectCount()).as("objects in memory").isZero();
    assertThat(memory.usedBytes()).as("bytes in memory").isZero();
    assertThat(disk.parts).as("what lies on the disk").isEmpty();
    assertThat(store.usage().spilledObjects()).as("values that are away").isZero();
    assertThat(store.usage().spilledBytes()).as("bytes that are away").isZero();
    values.forEach(Value::checkGone);
  }

  private void act() {
    int what = scheduler.decisions().next(100);
    if (what < 50) {
      scheduler.next();
    } else if (what < 62) {
      var fresh = new Value();
      values.add(fresh);
      if (scheduler.decisions().oneIn(2)) {
        fresh.outcomeComes();
      }
    } else if (!values.isEmpty()) {
      var value = values.get(scheduler.decisions().next(values.size()));
      if (what < 66) {
        value.outcomeComes();
      } else if (what < 82) {
        value.isRead();
      } else if (what < 87) {
        value.isHeld();
      } else if (what < 89) {
        value.duplicate();
      } else if (what < 90 && damages) {
        disk.parts.stream().findFirst().ifPresent(HeapSpillTarget.HeapSpillPart::damage);
      } else {
        value.closeOne();
      }
    }
  }

  private static boolean isWhole(byte[] read, int fill) {
    for (byte each : read) {
      if (each != (byte) fill) {
        return false;
      }
    }
    return read.length == BYTES;
  }

  /** Origin of a value's outcome. */
  private enum Kind {
    HERE,
    AWAY,
    FAILURE
  }

  /** Object with what is known of it. */
  private final class Value {
    private final int fill = 1 + values.size();
    private final ObjectEntry entry = store.createPending(store.nextTask(), 0, null);
    private final Kind kind = scheduler.decisions().oneIn(3)
        ? scheduler.decisions().oneIn(3) ? Kind.FAILURE : Kind.AWAY
        : Kind.HERE;
    private final List<EntryRef<byte[]>> refs = new ArrayList<>();
    private boolean begun;
    private int told;
    private int discarded;

    Value() {
      refs.add(store.ref(entry));
      assertThat(entry.await(ready -> told++)).isTrue();
      scheduler.note(this + " is to come");
    }

    void outcomeComes() {
      if (begun) {
        return;
      }
      begun = true;
      threads.start("writer of " + this, () -> {
        switch (kind) {
          case HERE -> entry.complete(store.converter().snapshot(bytes(), 0));
          case AWAY -> entry.complete(new ObjectContent.RemoteValue(new SimulatedRemote(this)));
          case FAILURE ->
            entry.fail(new ObjectFailure(() -> new TaskFailedException("it failed", null)));
        }
        scheduler.note(this + " is there");
      });
    }

    private byte[] bytes() {
      var bytes = new byte[BYTES];
      Arrays.fill(bytes, (byte) fill);
      return bytes;
    }

    void isRead() {
      if (refs.isEmpty()) {
        return;
      }
      var ref = refs.get(scheduler.decisions().next(refs.size()));
      threads.start("reader of " + this, () -> {
        try {
          scheduler.preempt();
          var read = ref.get();
          assertThat(isWhole(read, fill)).as("what was read of %s", this).isTrue();
          assertThat(kind).isNotEqualTo(Kind.FAILURE);
        } catch (RefClosedException closed) {
          assertThat(ref.isOpen()).as("a ref to %s is open", this).isFalse();
        } catch (IllegalStateException closed) { // between the check of the ref and the read
          assertThat(refs).as("refs to %s", this).isEmpty();
        } catch (ObjectLostException lost) {
          assertThat(damages || kind == Kind.AWAY).isTrue();
        } catch (TaskFailedException failed) {
          assertThat(kind).isEqualTo(Kind.FAILURE);
        }
      });
    }

    /** Pins the value in memory for a while, as its sender does. */
    void isHeld() {
      if (held < MAX_HELD && entry.outcome() instanceof ObjectContent.Sealed sealed) {
        held++;
        threads.start("holder of " + this, () -> {
          try (var pinned = sealed.acquirePinAsync().get()) {
            scheduler.preempt();
            scheduler.preempt();
            checkHeld(pinned);
          } catch (Exception goneOrHarmed) {
            assertThat(refs.isEmpty() || damages)
                .as("%s cannot be held: %s", this, goneOrHarmed)
                .isTrue();
          } finally {
            held--;
          }
        });
      }
    }

    private void checkHeld(PinnedObject pinned) {
      var bytes = pinned.bytes();
      assertThat(bytes.get(java.lang.foreign.ValueLayout.JAVA_BYTE, bytes.byteSize() - 1))
          .as("the last byte of %s, which is held", this)
          .isEqualTo((byte) fill);
    }

    void duplicate() {
      if (!refs.isEmpty()) {
        refs.add(store.ref(entry));
      }
    }

    void closeOne() {
      if (!refs.isEmpty()) {
        scheduler.note("a ref to " + this + " is closed");
        refs.removeLast().close();
      }
    }

    void closeAll() {
      while (!refs.isEmpty()) {
        refs.removeLast().close();
      }
    }

    void checkTold() {
      assertThat(told).as("outcomes of %s that its waiter has heard", this).isEqualTo(1);
    }

    void checkGone() {
      assertThat(entry.outcome()).as("outcome of %s", this).isNull();
      assertThat(discarded).as("times that %s was discarded", this).isLessThanOrEqualTo(1);
    }

    @Override
    public String toString() {
      return "value " + fill + " (" + kind + ")";
    }
  }

  /** Value of another process, which is copied here for whoever asks first. */
  private final class SimulatedRemote implements ObjectContent.RemoteAccess {
    private final Value value;
    private @Nullable CompletableFuture<ObjectContent> coming;

    SimulatedRemote(Value value) {
      this.value = value;
    }

    @Override
    public long bytes() {
      return BYTES;
    }

    @Override
    public NodeId holder() {
      return OTHER;
    }

    @Override
    public CompletionStage<ObjectContent> fetch() {
      var present = coming;
      if (present == null || present.isCompletedExceptionally()) {
        var fresh = new CompletableFuture<ObjectContent>();
        coming = fresh;
        scheduler.anyTime(value + " comes", () -> comes(fresh));
        return fresh;
      }
      return present;
    }

    private void comes(CompletableFuture<ObjectContent> into) {
      if (scheduler.decisions().oneIn(4)) {
        into.completeExceptionally(new ObjectLostException("its process is gone"));
      } else {
        threads.execute(() -> into.complete(store.converter().snapshot(value.bytes(), 0)));
      }
    }

    @Override
    public CompletionStage<ObjectContent> fetchFromKnownHolder(@Nullable WritableBlock room) {
      throw new ArgumentUnavailableException(new ObjectId(1, 1, 0), "nobody asks for that here");
    }

    @Override
    public void forget(ObjectContent stale) {
      coming = null;
    }

    @Override
    public void bindTo(ObjectEntry entry) {}

    @Override
    public void discard() {
      value.discarded++;
      var present = coming;
      if (present != null) {
        var _ = present.thenAccept(content -> Objects.requireNonNull(content).discard());
      }
    }
  }
}
