package io.mobula.internal.transfer;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One source of a pull, as the pull sees it: what it was asked for, and how it has behaved. Belongs
 * to {@link PullState}.
 */
final class Provider {
  /** How many right chunks make up for one with a wrong checksum. */
  private static final int FORGIVING = 8;

  /** A range it was asked for; what lies before {@code next} has come or was taken back. */
  static final class Ask {
    final long from;
    final long to;
    final long asked;
    long next;
    long touched;
    boolean hedged;

    Ask(long from, long to, long now) {
      this.from = from;
      this.to = to;
      this.next = from;
      this.asked = now;
      this.touched = now;
    }
  }

  final int index;
  final String name;
  /** Where the same node is reached over another carrier, or null. */
  final @Nullable String standby;

  /** In the order in which they were asked, which is the order in which they are answered. */
  final ArrayDeque<Ask> asks = new ArrayDeque<>();

  private long owed;
  private long heard;
  private long restsUntil;
  private int strikes;
  private int corrupted;
  private int right;
  private boolean wasAsked;
  private @Nullable String reason;

  Provider(int index, EndpointPair node, long now) {
    this.index = index;
    this.name = node.first();
    this.standby = node.standby();
    this.heard = now;
    this.restsUntil = now;
  }

  boolean lives() {
    return reason == null;
  }

  @Nullable
  String reason() {
    return reason;
  }

  void giveUp(String why) {
    if (reason == null) {
      reason = why;
    }
  }

  /** Bytes it may be asked for now. One that was silent gets one small request to prove itself. */
  long room(long window, long now) {
    if (!lives() || now < restsUntil) {
      return 0;
    }
    return strikes == 0 ? window - owed : asks.isEmpty() ? 1 : 0;
  }

  boolean wasAsked() {
    return wasAsked;
  }

  boolean isTrusted() {
    return strikes == 0;
  }

  void asked(Ask ask, long now) {
    if (asks.isEmpty()) {
      heard = now;
    }
    wasAsked = true;
    asks.addLast(ask);
    owed += ask.to - ask.from;
  }

  void heard(long now) {
    heard = now;
    strikes = 0;
  }

  /** A right chunk came: enough of them make up for a wrong one. */
  void sentRight() {
    if (++right >= FORGIVING) {
      right = 0;
      corrupted = Math.max(0, corrupted - 1);
    }
  }

  boolean isSilent(long patience, long now) {
    return now - heard > patience;
  }

  int strike(long now) {
    heard = now;
    return ++strikes;
  }

  int corrupted() {
    return ++corrupted;
  }

  void rest(long until) {
    restsUntil = until;
  }

  void advance(Ask ask, long to) {
    owed -= to - ask.next;
    ask.next = to;
  }

  /** The one that covers this place, among those not yet answered. */
  @Nullable
  Ask covering(long from, long to) {
    for (var ask : asks) {
      if (ask.from <= from && to <= ask.to) {
        return ask;
      }
    }
    return null;
  }

  /** Forgets the oldest; the next one's time begins. */
  Ask dropOldest(long now) {
    Ask oldest = asks.removeFirst();
    owed -= oldest.to - oldest.next;
    var next = asks.peekFirst();
    if (next != null) {
      next.touched = now;
    }
    return oldest;
  }
}
