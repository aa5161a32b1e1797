package io.mobula.internal.task;

import io.mobula.Gpu;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.ledger.Lease;
import java.util.List;

/**
 * Slot of this node: one platform thread that runs the tasks of one queue under one lease, one
 * after the other. While its task waits, the CPU is given back and the slot does not count.
 */
final class LocalTaskSlot implements Runnable, CpuHold {
  private final SchedulingClassQueue queue;
  private final Lease lease;

  LocalTaskSlot(SchedulingClassQueue queue, Lease lease) {
    this.queue = queue;
    this.lease = lease;
  }

  @Override
  public void run() {
    try {
      for (var run = queue.next(lease); run != null; run = queue.nextAfterOne(lease)) {
        LocalAttempt.run(run, this);
      }
    } finally {
      queue.endSlot(lease);
    }
  }

  @Override
  public List<Gpu> gpus() {
    return lease.gpus();
  }

  @Override
  public void giveBack() {
    lease.giveBack();
    queue.countSlot(-1);
  }

  @Override
  public void takeBack() {
    lease.takeBack();
    queue.countSlot(1);
  }
}
