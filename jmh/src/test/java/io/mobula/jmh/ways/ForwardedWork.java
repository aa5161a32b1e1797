package io.mobula.jmh.ways;

/** Work to which the methods of {@link ForwardingMethodsTest} hand on. */
final class ForwardedWork {
  private final int number;

  ForwardedWork(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  long work(int one, long two) {
    return one + two;
  }
}
