package io.mobula.jmh.onenode;

/** Work that takes next to no time, so that only the overhead around it is timed. */
final class TrivialWork {
  private TrivialWork() {}

  static int square(int number) {
    return number * number;
  }

  /** Counter that serves as an actor, or is used by an executor's thread. */
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
