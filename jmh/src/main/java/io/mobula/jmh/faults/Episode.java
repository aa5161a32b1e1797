package io.mobula.jmh.faults;

import java.util.Random;

/** A short piece of work with a history of its own. */
@FunctionalInterface
interface Episode {

  /** Does it, and waits for all of its ends. */
  void run(Session session) throws InterruptedException;

  /** Draws one. */
  static Episode draw(Random random) {
    return switch (random.nextInt(14)) {
      case 0, 1 -> TaskEpisodes::onceOnly;
      case 2, 3 -> TaskEpisodes::withRetries;
      case 4 -> TaskEpisodes::afterExceptions;
      case 5, 6 -> TaskEpisodes::chain;
      case 7 -> TaskEpisodes::tree;
      case 8 -> TaskEpisodes::cancelled;
      case 9 -> ObjectEpisodes::puts;
      case 10 -> ObjectEpisodes::stream;
      case 11 -> ActorEpisodes::mortal;
      case 12 -> random.nextBoolean() ? ActorEpisodes::restarted : ActorEpisodes::retried;
      default -> random.nextBoolean() ? ActorEpisodes::named : GroupEpisodes::group;
    };
  }
}
