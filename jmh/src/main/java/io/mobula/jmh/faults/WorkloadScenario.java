package io.mobula.jmh.faults;

import java.util.Random;

/** Short piece of work whose operations are recorded in the history. */
@FunctionalInterface
interface WorkloadScenario {

  /** Runs the scenario and waits for the outcomes of its operations. */
  void run(WorkloadSession session) throws InterruptedException;

  /** Draws a random scenario. */
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
