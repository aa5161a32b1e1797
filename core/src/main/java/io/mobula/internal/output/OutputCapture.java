package io.mobula.internal.output;

import io.mobula.NodeId;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.OutputSink;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Interception of {@link System#out} and {@link System#err} of this JVM. Lines that a thread prints
 * while it runs a task or an actor's method go to the {@link OutputForwarder} of its node, and on
 * to the original stream. Output of other threads is left alone. Once installed it stays; without
 * forwarders it does nothing.
 */
final class OutputCapture {
  private static final Map<NodeId, OutputForwarder> FORWARDERS = new ConcurrentHashMap<>();
  private static boolean installed;

  private OutputCapture() {}

  static void open(NodeId node, OutputForwarder forwarder) {
    install();
    FORWARDERS.put(node, forwarder);
  }

  static void close(NodeId node) {
    FORWARDERS.remove(node);
  }

  private static synchronized void install() {
    if (!installed) {
      installed = true;
      System.setOut(tee(System.out, false));
      System.setErr(tee(System.err, true));
    }
  }

  private static PrintStream tee(PrintStream real, boolean error) {
    return new PrintStream(new TeeStream(real, error), true, real.charset());
  }

  /** Returns the sink for the output of the calling thread. */
  private static OutputSink sinkOf(Execution execution, PrintStream real) {
    var present = execution.outputSink();
    if (present != null) {
      return present;
    }
    var forwarder = FORWARDERS.get(execution.node());
    var fresh = forwarder == null || !forwarder.wants(execution.job())
        ? OutputSink.NONE
        : new OutputLineBuffer(execution, forwarder, real.charset());
    execution.outputSink(fresh);
    return fresh;
  }

  /** Stream that writes to the original stream and to the sink. */
  private static final class TeeStream extends OutputStream {
    private final PrintStream real;
    private final boolean error;

    TeeStream(PrintStream real, boolean error) {
      this.real = real;
      this.error = error;
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      var execution = Execution.current();
      if (execution == null || sinkOf(execution, real).write(error, bytes, from, count)) {
        real.write(bytes, from, count);
      }
    }

    @Override
    public void flush() {
      real.flush();
    }
  }
}
