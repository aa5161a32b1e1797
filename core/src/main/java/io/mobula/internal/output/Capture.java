package io.mobula.internal.output;

import io.mobula.NodeId;
import io.mobula.internal.execution.OutputSink;
import io.mobula.internal.execution.Execution;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Listens to {@link System#out} and {@link System#err} of this JVM: what a thread prints while it
 * runs a task or a method of an actor goes to the {@link Outlet} of its node, and on to where it
 * went before. What other threads print is left alone. Once in place it stays; without outlets it
 * does nothing.
 */
final class Capture {
  private static final Map<NodeId, Outlet> OUTLETS = new ConcurrentHashMap<>();
  private static boolean installed;

  private Capture() {}

  static void open(NodeId node, Outlet outlet) {
    install();
    OUTLETS.put(node, outlet);
  }

  static void close(NodeId node) {
    OUTLETS.remove(node);
  }

  private static synchronized void install() {
    if (!installed) {
      installed = true;
      System.setOut(tee(System.out, false));
      System.setErr(tee(System.err, true));
    }
  }

  private static PrintStream tee(PrintStream real, boolean error) {
    return new PrintStream(new Tee(real, error), true, real.charset());
  }

  /** What takes what the calling thread prints. */
  private static OutputSink echo(Execution execution, PrintStream real) {
    var present = execution.outputSink();
    if (present != null) {
      return present;
    }
    var outlet = OUTLETS.get(execution.node());
    var fresh = outlet == null || !outlet.wants(execution.job())
        ? OutputSink.NONE
        : new Printed(execution, outlet, real.charset());
    execution.outputSink(fresh);
    return fresh;
  }

  /** To the real stream and to the echo. */
  private static final class Tee extends OutputStream {
    private final PrintStream real;
    private final boolean error;

    Tee(PrintStream real, boolean error) {
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
      if (execution == null || echo(execution, real).write(error, bytes, from, count)) {
        real.write(bytes, from, count);
      }
    }

    @Override
    public void flush() {
      real.flush();
    }
  }
}
