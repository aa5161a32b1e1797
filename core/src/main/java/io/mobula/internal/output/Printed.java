package io.mobula.internal.output;

import io.mobula.internal.execution.OutputSink;
import io.mobula.internal.execution.Execution;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;

/**
 * What one execution has printed since its last line break, of each stream; whole lines go to the
 * outlet. For the executing thread.
 */
final class Printed implements OutputSink {
  private final Execution execution;
  private final Outlet outlet;
  private final Charset charset;
  private final Unended out = new Unended(false);
  private final Unended err = new Unended(true);
  private boolean busy;

  Printed(Execution execution, Outlet outlet, Charset charset) {
    this.execution = execution;
    this.outlet = outlet;
    this.charset = charset;
  }

  /** What the outlet itself would print, by a logger for example, goes by. */
  @Override
  public boolean write(boolean error, byte[] bytes, int from, int count) {
    if (busy) {
      return true;
    }
    busy = true;
    try {
      (error ? err : out).add(bytes, from, count);
    } finally {
      busy = false;
    }
    return outlet.keeps();
  }

  @Override
  public void flush() {
    if (busy) {
      return;
    }
    busy = true;
    try {
      out.end();
      err.end();
      outlet.flush(execution.job());
    } finally {
      busy = false;
    }
  }

  /** The beginning of a line. */
  private final class Unended {
    private final boolean error;
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();
    private int cut;

    Unended(boolean error) {
      this.error = error;
    }

    void add(byte[] bytes, int from, int count) {
      int begin = from;
      for (int at = from; at < from + count; at++) {
        if (bytes[at] == '\n') {
          append(bytes, begin, at - begin);
          send();
          begin = at + 1;
        }
      }
      append(bytes, begin, from + count - begin);
    }

    private void append(byte[] bytes, int from, int count) {
      int fits = Math.min(count, outlet.bytesPerLine() - start.size());
      start.write(bytes, from, fits);
      cut += count - fits;
    }

    void end() {
      if (start.size() > 0 || cut > 0) {
        send();
      }
    }

    private void send() {
      var text = start.toString(charset);
      var whole = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      outlet.offer(execution.job(), new Line(error, execution.outputLabel(), whole, cut));
      start.reset();
      cut = 0;
    }
  }
}
