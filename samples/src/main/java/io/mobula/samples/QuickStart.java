package io.mobula.samples;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import java.util.concurrent.atomic.AtomicInteger;

/** Program of the README: two tasks, one with the other's result as its argument, and an actor. */
// program: begin
public final class QuickStart {
  public static void main(String[] args) {
    try (MobulaRuntime runtime = Mobula.init()) {
      ObjectRef<Integer> four = runtime.task(QuickStart::square, 2).remote(); // returns at once
      ObjectRef<Integer> sixteen = runtime.task(QuickStart::square, four).remote(); // takes refs
      ActorHandle<AtomicInteger> sum = runtime.actor(AtomicInteger::new, four).remote(); // any type
      ObjectRef<Integer> twenty = sum.call(AtomicInteger::addAndGet, sixteen).remote();
      System.out.println("4 + 16 = " + twenty.get()); // get waits
    }
  }

  static int square(int x) {
    return x * x;
  }
}
// program: end
