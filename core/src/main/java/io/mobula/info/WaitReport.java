package io.mobula.info;

import io.mobula.MobulaRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Report of why something waits: its description, how long it has waited, the chain to the part
 * that must act next, and what can be done. See {@link MobulaRuntime#whyPending}.
 *
 * @param what description of the waiting part, such as a ref or a blocked thread
 * @param waited how long it has waited, as far as is known; zero if unknown
 * @param chain one sentence for each link, from the waiting part to the part that must act
 * @param cause what must happen so that the wait ends
 */
public record WaitReport(String what, Duration waited, List<String> chain, WaitCause cause) {

  /** Cause of a wait: what must happen so that the wait ends. */
  public enum WaitCause {
    /** The outcome is there; nothing waits any more. */
    READY("Nothing: it is there."),
    /** Running work must end: a task, an actor's method or a callback. */
    RUNNING("Wait until that work is done, or cancel it."),
    /** The program must act outside of tasks: complete a stage or read a stream. */
    PROGRAM("Complete that stage, read that stream, or close what is no longer needed."),
    /** Resources must become free, or be added: other work holds them, or no node has them yet. */
    RESOURCES(
        "Wait until work that holds them is done; or ask for less, or give the cluster more."),
    /** A timer must expire, such as that of the next attempt. */
    TIMER("Nothing: it goes on by itself at that moment."),
    /** Another process must act, and it answers probes. */
    PEER("Nothing: that process is at it, and it answers."),
    /** Another process must act, and it has not answered for some time. */
    SILENT_PEER(
        "See whether that process and its host live, and whether the network between is cut. If it is"
            + " removed from the cluster, the wait ends."),
    /** The cause could not be determined. */
    UNKNOWN("Look again."),
    /** No part will act: the wait would never end, which is a fault of Mobula. */
    NOBODY(
        "This is a fault of Mobula: please report it with these lines. Cancel it or close the runtime;"
            + " it does not end by itself.");

    private final String advice;

    WaitCause(String advice) {
      this.advice = advice;
    }

    /** Returns what can be done, as a sentence. */
    public String advice() {
      return advice;
    }
  }

  /** Copies the chain and refuses nulls. */
  public WaitReport {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(waited, "waited");
    Objects.requireNonNull(cause, "cause");
    chain = List.copyOf(chain);
  }

  /** Returns the whole report as readable lines. */
  public String text() {
    var text = new StringBuilder(what);
    if (!waited.isZero()) {
      text.append(", for ").append(seconds(waited));
    }
    for (var link : chain) {
      text.append("\n  - ").append(link);
    }
    return text.append("\n  What to do: ").append(cause.advice()).toString();
  }

  private static String seconds(Duration length) {
    long tenths = length.toMillis() / 100;
    return tenths / 10 + "." + tenths % 10 + " s";
  }

  @Override
  public String toString() {
    return text();
  }
}
