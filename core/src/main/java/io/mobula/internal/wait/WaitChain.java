package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.info.WaitReport;
import io.mobula.info.WaitReport.WaitCause;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chain of waits as found by one walk: a first link and the rest of the chain.
 *
 * @param of the subject of the first link
 * @param step the first link
 * @param rest the chain behind the first link, or null
 * @param end the cause at the end of the chain: who must act
 */
public record WaitChain(
    WaitPoint of, WaitStep step, @Nullable WaitChain rest, WaitCause end) {

  private static final int MAX_CHARS = 600;

  /** Identity of a chain's end, which is equal in two inspections if the end has not changed. */
  record EndIdentity(List<Object> links, List<Long> marks) {}

  /**
   * Returns the identity made of all links of the last two subjects, as many chains may lead to the
   * same end. A resource request has two links, as it was made and as its ledger knows it, and only
   * the version of the queue before it tells whether it is still the same request.
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

  /** Returns the last other process that the chain leads to, or null if it leads to none. */
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

  /** Returns the subject of the chain's last link. */
  WaitPoint last() {
    var link = this;
    while (link.rest != null) {
      link = link.rest;
    }
    return link.of;
  }

  /** Returns the texts of the chain's links, each with its waiting time. */
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
    return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
  }

  private static String waited(WaitStep step, long now) {
    long tenths = step.since() == 0 ? 0 : (now - step.since()) / 100_000_000;
    return tenths <= 0 ? "" : ", for " + tenths / 10 + "." + tenths % 10 + " s";
  }

  /**
   * Converts the chain to the report that users see.
   *
   * @param prefix text before the first link
   */
  public WaitReport report(String prefix) {
    var waited = step.since() == 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, System.nanoTime() - step.since()));
    var behind = rest == null ? List.<String>of() : rest.lines();
    return new WaitReport(prefix + bounded(step.text()), waited, behind, end);
  }

  /** Formats the chain as one sentence, to end the message of a wait that was given up. */
  public String toSentence() {
    return " It waits: " + String.join("; ", lines()) + ".";
  }
}
