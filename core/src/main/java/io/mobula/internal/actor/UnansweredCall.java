package io.mobula.internal.actor;

import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Call in a list for diagnosis of waits. The list may be processed for long, so an element must not
 * keep its result reachable. Two elements of the same call are equal.
 */
final class UnansweredCall implements WaitPoint {
  private final ObjectId id;
  private final WeakReference<ObjectEntry> result;

  private UnansweredCall(ObjectEntry result) {
    this.id = result.id();
    this.result = new WeakReference<>(result);
  }

  static UnansweredCall of(ObjectEntry result) {
    return new UnansweredCall(result);
  }

  @Override
  public WaitStep waitStep() {
    var present = result.get();
    return present == null
        ? WaitStep.end("call " + id + " has no waiter", WaitCause.READY)
        : present.waitStep();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof UnansweredCall call && call.id.equals(id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
