package io.mobula.internal.output;

import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.OutputSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;

/**
 * Buffer of the unfinished lines of one execution, one for each stream; finished lines go to the
 * forwarder. For the executing thread.
 */
final class OutputLineBuffer implements OutputSink {
  private final Execution execution;
  private final OutputForwarder forwarder;
  private final Charset charset;
  private final PartialLine out = new PartialLine(false);
  private final PartialLine err = new PartialLine(true);
  private boolean busy;

  OutputLineBuffer(Execution execution, OutputForwarder forwarder, Charset charset) {
    this.execution = execution;
    this.forwarder = forwarder;
    this.charset = charset;
  }

  /** Ignores output of the forwarder itself, for example of a logger that it uses. */
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
    return forwarder.keepsLocalCopy();
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
      forwarder.flush(execution.job());
    } finally {
      busy = false;
    }
  }

  /** Beginning of a line that has no end yet. */
  private final class PartialLine {
    private final boolean error;
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();
    private int cut;

    PartialLine(boolean error) {
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
      int fits = Math.min(count, forwarder.bytesPerLine() - start.size());
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
      forwarder.offer(execution.job(), new OutputLine(error, execution.outputLabel(), whole, cut));
      start.reset();
      cut = 0;
    }
  }
}
