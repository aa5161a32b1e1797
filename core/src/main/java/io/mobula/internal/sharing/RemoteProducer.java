package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.execution.WorkLocation;
import io.mobula.internal.wait.WaitStep;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Producer that stands for the real one in another process: looks up the object once somebody here
 * wants it.
 */
final class RemoteProducer implements ValueProducer {
  private final ObjectId id;
  private final ObjectResolver resolver;
  private final CancelRequests cancelRequests;
  private final long since = System.nanoTime();
  private final AtomicBoolean asked = new AtomicBoolean();

  RemoteProducer(ObjectId id, ObjectResolver resolver, CancelRequests cancelRequests) {
    this.id = id;
    this.resolver = resolver;
    this.cancelRequests = cancelRequests;
  }

  @Override
  public void onRequested() {
    if (!asked.get() && asked.compareAndSet(false, true)) {
      resolver.resolveEntry(id);
    }
  }

  @Override
  public @Nullable Execution blockingExecution(ObjectId wanted) {
    return null;
  }

  @Override
  public WorkLocation workLocation(ObjectId wanted) {
    return new WorkLocation(new NodeId(id.node()), id);
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    var what = "object " + wanted + " is of another process";
    if (!asked.get()) {
      return WaitStep.end(what + ", and no thread has requested it yet", WaitCause.UNKNOWN);
    }
    var lookup = resolver.openLookup(wanted);
    var step = lookup == null
        ? WaitStep.end(what + ", was requested, and no search for it runs", WaitCause.NOBODY)
        : WaitStep.via(what + " and is being located", lookup);
    return step.since(since);
  }

  @Override
  public String describe() {
    return "node " + new NodeId(id.node());
  }

  @Override
  public void cancel(long task, boolean recursive) {
    cancelRequests.cancel(id, recursive);
  }
}
