package io.mobula.internal.execution;

/**
 * Destination of the output of one execution. Used by the executing thread only; must neither throw
 * nor block.
 */
public interface OutputSink {
  /** Sink that ignores the output. */
  OutputSink NONE = new OutputSink() {
    @Override
    public boolean write(boolean error, byte[] bytes, int from, int count) {
      return true;
    }

    @Override
    public void flush() {}
  };

  /**
   * Takes bytes that were printed.
   *
   * @param error whether they were printed on standard error
   * @return whether this process's own output gets them, too
   */
  boolean write(boolean error, byte[] bytes, int from, int count);

  /** Sends the output so far before anything else that the thread sends. */
  void flush();
}
