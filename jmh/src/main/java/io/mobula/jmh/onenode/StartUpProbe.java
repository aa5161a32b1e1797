package io.mobula.jmh.onenode;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.Mobula;

/** Main program of a fresh JVM, which times one start and prints its nanoseconds. */
final class StartUpProbe {
  static final String NODE = "node";
  static final String AKKA = "akka";

  private StartUpProbe() {}

  /** Starts a node or an actor system, as {@code args[0]} says. */
  public static void main(String[] args) {
    long start = System.nanoTime();
    if (args[0].equals(NODE)) {
      try (var _ = Mobula.init()) {
        print(start);
      }
    } else {
      var system = ActorSystem.create(Behaviors.empty(), "bare");
      print(start);
      system.terminate();
    }
  }

  private static void print(long start) {
    System.out.println(System.nanoTime() - start);
  }
}
