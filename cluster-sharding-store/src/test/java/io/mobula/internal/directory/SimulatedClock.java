package io.mobula.internal.directory;

import java.util.PriorityQueue;

/** Clock of simulated time, with a queue of events. */
final class SimulatedClock {
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now;
  private long sequence;

  private record Event(long at, long sequence, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  long now() {
    return now;
  }

  void after(long millis, Runnable what) {
    events.add(new Event(now + millis, sequence++, what));
  }

  void runUntil(long end) {
    while (!events.isEmpty() && events.peek().at() <= end) {
      var event = events.poll();
      now = event.at();
      event.what().run();
    }
    now = end;
  }
}
