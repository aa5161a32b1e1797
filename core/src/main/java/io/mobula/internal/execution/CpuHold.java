package io.mobula.internal.execution;

import io.mobula.Gpu;
import java.util.List;

/**
 * Resources that an execution holds: a CPU, which it gives back while it waits, and accelerators,
 * which it keeps. Only the executing thread gives the CPU back and takes it back.
 */
public interface CpuHold {
  /** Hold of work without a CPU, and of threads that Mobula does not own. */
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

  /** Gives the CPU to others, as the thread is about to wait for long. */
  void giveBack();

  /**
   * Takes the CPU back, as the thread goes on. Never waits: the balance of the ledger may be below
   * zero for a while.
   */
  void takeBack();

  /** Returns the accelerators that are held at present. May be called from any thread. */
  List<Gpu> gpus();
}
