package io.mobula.internal.memory;

/** A daemon thread of a store, started at once; the store waits for it when it closes. */
final class StoreThread {
  private final Thread thread;

  private StoreThread(Thread thread) {
    this.thread = thread;
  }

  static StoreThread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return new StoreThread(thread);
  }

  /**
   * Waits until the thread has ended. Interrupts do not end the wait and are restored afterwards.
   * Returns at once in the thread itself.
   */
  void join() {
    boolean interrupted = false;
    while (thread != Thread.currentThread() && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
