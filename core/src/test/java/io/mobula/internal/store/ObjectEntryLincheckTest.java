package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.RefClosedException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.execution.ValueProducer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Entry whose outcomes, holds, cluster holds and listeners come and go in several threads. */
public class ObjectEntryLincheckTest {

  /**
   * One object with one hold at first. At rest each listener has been called once or was removed,
   * and every value is discarded except the one that can still be read.
   */
  public static class OneObject {
    @SuppressWarnings(
        "NullAway") // the entry asks its store for its node only, and only where values are large
    private final ObjectEntry entry =
        new ObjectEntry(null, new ObjectId(1, 1, 0), (ValueProducer) null).retain();

    private final AtomicInteger holds = new AtomicInteger(1);
    private final AtomicInteger promised = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final List<Value> values = new ArrayList<>();

    /** Completes the object with a value. */
    @Operation
    public boolean complete() {
      var value = new Value();
      synchronized (values) {
        values.add(value);
      }
      return entry.complete(new ObjectContent.RemoteValue(value));
    }

    /** Completes the object with a failure. */
    @Operation
    public boolean fail() {
      return entry.fail(new ObjectFailure(() -> new TaskFailedException("it failed", null)));
    }

    /** Registers a listener for the outcome. */
    @Operation
    public boolean await() {
      boolean waits = entry.await(ready -> told.incrementAndGet());
      if (waits) {
        promised.incrementAndGet();
      }
      return waits;
    }

    /** Adds a hold if the object is not gone. */
    @Operation
    public void hold() {
      try {
        entry.retain();
        holds.incrementAndGet();
      } catch (RefClosedException gone) {
        // then it has been discarded
      }
    }

    /** Releases one of the holds. */
    @Operation
    public void release() {
      int before = holds.getAndUpdate(count -> Math.max(0, count - 1));
      if (before > 0) {
        entry.release();
      }
    }

    /** Checks the object when no thread works on it any more. */
    @Validate
    public void everybodyHasHeardAndNothingIsLeft() {
      if (told.get() != (entry.isReady() ? promised.get() : 0)) {
        throw new IllegalStateException(told + " of " + promised + " have heard");
      }
      for (var value : values) {
        boolean readable =
            entry.outcome() instanceof ObjectContent.RemoteValue(var remote) && remote == value;
        if (value.discarded.get() != (readable ? 0 : 1)) {
          throw new IllegalStateException(
              "a value was discarded " + value.discarded + " times, readable: " + readable);
        }
      }
      if (entry.outcome() != null && holds.get() == 0) {
        throw new IllegalStateException("it is there, and nobody holds it");
      }
    }
  }

  /** Value that counts how often it is discarded. */
  private static final class Value implements ObjectContent.RemoteAccess {
    private final AtomicInteger discarded = new AtomicInteger();

    @Override
    public long bytes() {
      return 1;
    }

    @Override
    public NodeId holder() {
      return new NodeId(2);
    }

    @Override
    public CompletionStage<ObjectContent> fetch() {
      return new CompletableFuture<>();
    }

    @Override
    public void forget(ObjectContent brought) {}

    @Override
    public void bindTo(ObjectEntry entry) {}

    @Override
    public void discard() {
      discarded.incrementAndGet();
    }
  }

  @Tag("lincheck")
  @Test
  void whoWaitsHearsOnceAndWhatNobodyHoldsIsDiscardedOnce() {
    new ModelCheckingOptions()
        .iterations(10)
        .invocationsPerIteration(Integer.getInteger("mobula.test.schedules", 2_000) / 10)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(0)
        .actorsAfter(0)
        .check(OneObject.class);
  }
}
