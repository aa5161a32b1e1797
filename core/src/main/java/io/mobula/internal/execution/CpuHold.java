package io.mobula.internal.execution;

/**
 * The CPU that an execution holds and gives back while it waits. Called by the executing thread
 * only.
 */
public interface CpuHold {
  /** For work that holds no CPU, and for threads that are not ours. */
  CpuHold NOTHING = new CpuHold() {
    @Override
    public void giveBack() {}

    @Override
    public void takeBack() {}
  };

  /** The thread is about to wait for long; others may use its CPU. */
  void giveBack();

  /** The thread goes on. Never waits: the balance may go below zero for a while. */
  void takeBack();
}
