package io.mobula.internal.transfer;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Small frames that must get out although there is no room or no connection yet: refusals and
 * farewells. Belongs to the thread of its {@link TransferDesk}. Bounded in number and time: one
 * that never gets out only makes the other side wait.
 */
final class Outbox {
  private static final int MOST = 1024;
  private static final long PATIENCE = Duration.ofSeconds(5).toNanos();

  private record Letter(String endpoint, int length, Carrier.Filler filler, long until) {}

  private final Carrier carrier;
  private final ArrayDeque<Letter> letters = new ArrayDeque<>();

  Outbox(Carrier carrier) {
    this.carrier = carrier;
  }

  /** Sends it, now or with {@link #work}. */
  void send(String endpoint, int length, Carrier.Filler filler, long now) {
    if (carrier.send(endpoint, length, filler) == Carrier.Sent.LATER) {
      if (letters.size() == MOST) {
        letters.removeFirst();
      }
      letters.addLast(new Letter(endpoint, length, filler, now + PATIENCE));
    }
  }

  /** Tries each that waits once. */
  int work(long now) {
    int sent = 0;
    for (int i = letters.size(); i > 0; i--) {
      Letter letter = letters.removeFirst();
      if (now - letter.until > 0) {
        continue;
      }
      if (carrier.send(letter.endpoint, letter.length, letter.filler) == Carrier.Sent.LATER) {
        letters.addLast(letter);
      } else {
        sent++;
      }
    }
    return sent;
  }

  boolean isEmpty() {
    return letters.isEmpty();
  }
}
