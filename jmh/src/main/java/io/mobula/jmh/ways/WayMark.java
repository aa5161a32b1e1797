package io.mobula.jmh.ways;

import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * Event in the recording at the beginning and at the end of a round of a way.
 *
 * <p>A round begins on the thread of its caller, which may be that of a task. So the name of the
 * round is in a static variable, which all nodes of this JVM share; rounds follow one another.
 */
@Name(WayMark.NAME)
@Label("Mark of a Way")
@Description("A round of a way of data begins or ends here")
@StackTrace(false)
final class WayMark extends Event {
  static final String NAME = "io.mobula.jmh.WayMark";
  private static final AtomicReference<String> CURRENT = new AtomicReference<>("");

  @Label("Way")
  final String way;

  @Label("Begins")
  final boolean begins;

  private WayMark(String way, boolean begins) {
    this.way = way;
    this.begins = begins;
  }

  /**
   * Sets the name of the way whose rounds begin and end from now on; empty if they do not count.
   */
  static void select(String way) {
    CURRENT.set(way);
  }

  /** Returns whether the rounds count. */
  static boolean counts() {
    return !CURRENT.get().isEmpty();
  }

  /** Begins a round on this thread, which is the caller of the way. */
  static void beginRound() {
    mark(true);
  }

  /** Ends the round that was begun last. */
  static void endRound() {
    mark(false);
  }

  private static void mark(boolean begins) {
    var way = CURRENT.get();
    if (!way.isEmpty()) {
      new WayMark(way, begins).commit();
    }
  }
}
