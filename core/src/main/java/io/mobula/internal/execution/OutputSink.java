package io.mobula.internal.execution;

/** Takes what one execution prints. Used by the executing thread only; must not throw or block. */
public interface OutputSink {
  /** Lets it go by. */
  OutputSink NONE = new OutputSink() {
    @Override
    public boolean write(boolean error, byte[] bytes, int from, int count) {
      return true;
    }

    @Override
    public void flush() {}
  };

  /**
   * These bytes are printed.
   *
   * @param error whether on standard error
   * @return whether this process's own output shall have them, too
   */
  boolean write(boolean error, byte[] bytes, int from, int count);

  /** What is printed so far must be on its way before anything else that the thread sends. */
  void flush();
}
