package io.mobula.internal.actor;

import io.mobula.Gpu;
import io.mobula.internal.execution.CpuHold;
import java.util.List;

/**
 * CPUs of an actor that runs several methods at a time: given back only while all running methods
 * wait. Safe for all threads.
 */
final class SharedCpuHold implements CpuHold {
  private final CpuHold lease;
  private int running;
  private int waiting;

  SharedCpuHold(CpuHold lease) {
    this.lease = lease;
  }

  /** Records that a method begins. */
  synchronized void begin() {
    if (waiting > 0 && waiting == running) {
      lease.takeBack();
    }
    running++;
  }

  /** Records that a method has ended. */
  synchronized void end() {
    running--;
    if (waiting > 0 && waiting == running) {
      lease.giveBack();
    }
  }

  @Override
  public List<Gpu> gpus() {
    return lease.gpus();
  }

  @Override
  public synchronized void giveBack() {
    waiting++;
    if (waiting == running) {
      lease.giveBack();
    }
  }

  @Override
  public synchronized void takeBack() {
    if (waiting == running) {
      lease.takeBack();
    }
    waiting--;
  }
}
