package io.mobula;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Why something waits: what it is, for how long it has waited, the chain from there to whoever must
 * act next, and what can be done. See {@link MobulaRuntime#whyPending}.
 *
 * @param what what waits, such as a ref or a blocked thread
 * @param waited for how long, as far as is known; zero where it is not
 * @param chain a sentence for each link, from what waits to whoever must act
 * @param cause who must act
 */
public record WaitReport(String what, Duration waited, List<String> chain, WaitCause cause) {

  /** Who must act so that the wait ends. */
  public enum WaitCause {
    /** Nothing waits any more: there is an outcome. */
    READY("Nothing: it is there."),
    /** Work that runs: a task, a method of an actor, a callback. */
    RUNNING("Wait until that work is done, or cancel it."),
    /** A program's own code outside of tasks: a stage to complete, a stream to read. */
    PROGRAM("Complete that stage, read that stream, or close what is no longer needed."),
    /** Resources that others hold, or that no node has yet. */
    RESOURCES(
        "Wait until work that holds them is done; or ask for less, or give the cluster more."),
    /** A moment to come, such as that of the next attempt. */
    TIMER("Nothing: it goes on by itself at that moment."),
    /** Another process, which answers. */
    PEER("Nothing: that process is at it, and it answers."),
    /** Another process, which has not answered for some time. */
    SILENT_PEER(
        "See whether that process and its host live, and whether the network between is cut. If it is"
            + " removed from the cluster, the wait ends."),
    /** It could not be found out. */
    UNKNOWN("Look again."),
    /** Nobody: the wait would never end. That is a fault of Mobula. */
    NOBODY(
        "This is a fault of Mobula: please report it with these lines. Cancel it or close the runtime;"
            + " it does not end by itself.");

    private final String advice;

    WaitCause(String advice) {
      this.advice = advice;
    }

    /** What can be done, as a sentence. */
    public String advice() {
      return advice;
    }
  }

  /** Copies the chain and refuses nulls. */
  public WaitReport {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(waited, "waited");
    Objects.requireNonNull(cause, "end");
    chain = List.copyOf(chain);
  }

  /** The whole in readable lines. */
  public String text() {
    var text = new StringBuilder(what);
    if (!waited.isZero()) {
      text.append(" has waited for ").append(seconds(waited));
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
