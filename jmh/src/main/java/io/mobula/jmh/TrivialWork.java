package io.mobula.jmh;

/** Work that is over at once, so that what is timed is the way there and back. */
final class TrivialWork {
  private TrivialWork() {}

  static int square(int number) {
    return number * number;
  }

  /** A count, as an actor or behind a thread of its own. */
  static final class Counter {
    private int count;

    int add(int number) {
      count += number;
      return count;
    }

    void increment() {
      count++;
    }
  }
}
