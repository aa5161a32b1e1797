package io.mobula.jmh.faults;

import java.util.Random;

/** A short piece of work with a history of its own. */
@FunctionalInterface
interface WorkloadScenario {

  /** Does it, and waits for all of its ends. */
  void run(WorkloadSession session) throws InterruptedException;

  /** Draws one. */
  static WorkloadScenario draw(Random random) {
    return switch (random.nextInt(14)) {
      case 0, 1 -> TaskScenarios::onceOnly;
      case 2, 3 -> TaskScenarios::withRetries;
      case 4 -> TaskScenarios::afterExceptions;
      case 5, 6 -> TaskScenarios::chain;
      case 7 -> TaskScenarios::tree;
      case 8 -> TaskScenarios::cancelled;
      case 9 -> ObjectScenarios::puts;
      case 10 -> ObjectScenarios::stream;
      case 11 -> ActorScenarios::mortal;
      case 12 -> random.nextBoolean() ? ActorScenarios::restarted : ActorScenarios::retried;
      default -> random.nextBoolean() ? ActorScenarios::named : GroupScenarios::group;
    };
  }
}
