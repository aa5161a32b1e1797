package io.mobula.internal.output;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Printer of lines that this process's work has printed in other processes, with the task or actor,
 * the process and the node in front. One thread prints, since standard output may block on its
 * reader. Senders are told how much is printed, and send at most a window ahead.
 */
public final class OutputPrinter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputPrinter.class);
  private static final Duration LAST_LINES = Duration.ofSeconds(1);

  private final Membership membership;
  private final NodeMessaging messaging;
  private final ExecutorService thread;

  /** Prints lines that arrive from now on. */
  public OutputPrinter(NodeMessaging messaging) {
    this.membership = messaging.membership();
    this.messaging = messaging;
    var one = new ThreadPoolExecutor(
        1,
        1,
        5,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(), // bounded by the windows of the senders
        Thread.ofPlatform().daemon().name("mobula-output").factory());
    one.allowCoreThreadTimeOut(true);
    this.thread = one;
    messaging.on(FrameKind.OUTPUT_LINES, this::onLines);
  }

  private void onLines(NodeId from, FrameReader in) {
    var peer = membership.peer(from);
    if (peer == null) {
      return;
    }
    long dropped = in.int64();
    var lines = in.list(OutputLine::read);
    long size = in.position();
    try {
      thread.execute(() -> {
        try {
          print(peer, lines, dropped);
        } catch (Throwable refused) { // the program may have replaced standard output
          LOG.debug("Output of {} cannot be printed.", peer, refused);
        }
        messaging.send(from, FrameWriter.of(FrameKind.LINES_PRINTED).int64(size).toBytes());
      });
    } catch (RejectedExecutionException closed) {
      LOG.debug("Output of {} came after the end.", peer);
    }
  }

  private static void print(Peer peer, List<OutputLine> lines, long dropped) {
    for (var line : lines) {
      stream(line.error()).println(format(peer, line));
    }
    if (dropped > 0) {
      System.err.println(
          prefix(peer, "mobula") + dropped
              + " lines dropped: more than mobula.logs.lines-per-second there, or than could be printed here");
    }
  }

  private static PrintStream stream(boolean error) {
    return error ? System.err : System.out;
  }

  static String format(Peer peer, OutputLine line) {
    var cut = line.truncatedBytes() == 0 ? "" : " [" + line.truncatedBytes() + " more bytes]";
    return prefix(peer, line.label()) + line.text() + cut;
  }

  private static String prefix(Peer peer, String by) {
    return String.format(
        Locale.ROOT,
        "(%s pid=%d, node=%.8s, %s) ",
        by,
        peer.pid(),
        peer.id().toString(),
        peer.host());
  }

  /** Prints the lines that have arrived, for at most a second. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LAST_LINES.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("The last lines of other processes were not printed in time.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
