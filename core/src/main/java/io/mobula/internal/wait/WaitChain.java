package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.WaitReport;
import io.mobula.WaitReport.WaitCause;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chain of waits as one walk has found it.
 *
 * @param of what the first link is about
 * @param step the first link
 * @param rest what comes behind it, or null
 * @param end who must act
 */
public record WaitChain(
    WaitPoint of, WaitStep step, @Nullable WaitChain rest, WaitCause end) {

  private static final int MOST_CHARS = 600;

  /** What the end of a chain is known by from one look to the next, if it has not changed. */
  record EndIdentity(List<Object> links, List<Long> marks) {}

  /**
   * By the last two that it is about, with all links of theirs: many chains may lead there. A
   * request has two links, as it was made and as its ledger knows it, and only the queue before it
   * tells by its mark whether it is still the same one.
   */
  EndIdentity endIdentity() {
    var backwards = new ArrayDeque<WaitChain>();
    for (var link = this; link != null; link = link.rest) {
      backwards.addFirst(link);
    }
    var links = new ArrayList<Object>();
    var marks = new ArrayList<Long>();
    WaitPoint about = null;
    int different = 0;
    for (var link : backwards) {
      if (!link.of.equals(about)) {
        about = link.of;
        different++;
      }
      if (different > 2) {
        break;
      }
      links.add(link.of);
      marks.add(link.step.version());
    }
    return new EndIdentity(links, marks);
  }

  /** The process that its last link is about, or null if that is none. */
  @Nullable
  NodeId lastPeer() {
    NodeId peer = null;
    for (var link = this; link != null; link = link.rest) {
      if (link.step.next() instanceof WaitStep.Next.RemoteWork(var to, var work)) {
        peer = to;
      }
    }
    return peer;
  }

  /** What its last link is about. */
  WaitPoint last() {
    var link = this;
    while (link.rest != null) {
      link = link.rest;
    }
    return link.of;
  }

  /** Its links in words. */
  public List<String> lines() {
    long now = System.nanoTime();
    var lines = new ArrayList<String>();
    for (var link = this; link != null; link = link.rest) {
      if (!link.step.text().isEmpty()) {
        lines.add(bounded(link.step.text()) + waited(link.step, now));
      }
    }
    return lines;
  }

  private static String bounded(String text) {
    return text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS) + "…";
  }

  private static String waited(WaitStep step, long now) {
    long tenths = step.since() == 0 ? 0 : (now - step.since()) / 100_000_000;
    return tenths <= 0 ? "" : ", for " + tenths / 10 + "." + tenths % 10 + " s";
  }

  /**
   * The chain as users see it.
   *
   * @param prefix stands before the first link
   */
  public WaitReport report(String prefix) {
    var waited = step.since() == 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, System.nanoTime() - step.since()));
    var behind = rest == null ? List.<String>of() : rest.lines();
    return new WaitReport(prefix + bounded(step.text()), waited, behind, end);
  }

  /**
   * The chain as the end of a message about a wait that was given up: its links in one sentence.
   */
  public String toSentence() {
    return " It waits: " + String.join("; ", lines()) + ".";
  }
}
