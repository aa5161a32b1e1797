package io.mobula.internal.execution;

import io.mobula.Gpu;
import java.util.List;

/**
 * What an execution holds: the CPU, which it gives back while it waits, and accelerators, which it
 * keeps. The CPU is given and taken by the executing thread only.
 */
public interface CpuHold {
  /** For work that holds no CPU, and for threads that are not ours. */
  CpuHold NOTHING = new CpuHold() {
    @Override
    public void giveBack() {}

    @Override
    public void takeBack() {}

    @Override
    public List<Gpu> gpus() {
      return List.of();
    }
  };

  /** The thread is about to wait for long; others may use its CPU. */
  void giveBack();

  /** The thread goes on. Never waits: the balance may go below zero for a while. */
  void takeBack();

  /** The accelerators, as they are now. From any thread. */
  List<Gpu> gpus();
}
