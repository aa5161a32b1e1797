package io.mobula.jmh.ways;

import java.util.List;

/**
 * File on a way, as the rounds of the way have it in common.
 *
 * @param name simple name of the file
 * @param thread name of the thread that enters it first, without the thread's number
 * @param share part of the rounds in which it was entered, from 0 to 1
 * @param idleShare part of the idle rounds in which it was entered, from 0 to 1
 * @param methods methods entered in more than half of the rounds, in order of entry
 * @param twice whether it was entered twice on one thread in more than half of the rounds
 * @param severalThreads whether several threads entered it in more than half of the rounds
 */
record EnteredFile(
    String name,
    String thread,
    double share,
    double idleShare,
    List<EnteredMethod> methods,
    boolean twice,
    boolean severalThreads) {
  private static final double HALF = 0.5;
  private static final double NEARLY_ALWAYS = 0.8;
  private static final double NOW_AND_THEN = 0.2;

  /**
   * Method of the file that was entered.
   *
   * @param label name of the method for people
   * @param creates whether it is a constructor or a static initializer
   * @param handsOn whether it only hands on
   */
  record EnteredMethod(String label, boolean creates, boolean handsOn) {}

  /** Returns whether the file belongs to the way: most rounds enter it, and idle time does not. */
  boolean usual() {
    return share > HALF && idleShare <= HALF;
  }

  /** Returns whether the file surely belongs to the way: hardly any idle round enters it. */
  boolean certain() {
    return share > HALF && idleShare <= NOW_AND_THEN;
  }

  /**
   * Returns whether a list of the way's files should have it among those that are always entered.
   */
  boolean nearlyAlways() {
    return share >= NEARLY_ALWAYS && idleShare <= HALF;
  }

  /** Returns whether a list of the way's files should have it among those entered at times. */
  boolean nowAndThen() {
    return !nearlyAlways() && share >= NOW_AND_THEN && idleShare == 0;
  }

  /** Returns how many of the entered methods only hand on. */
  long handingOn() {
    return methods.stream().filter(EnteredMethod::handsOn).count();
  }

  /** Returns whether all entered methods, other than constructors, only hand on. */
  boolean onlyHandsOn() {
    var work = methods.stream().filter(method -> !method.creates()).toList();
    return !work.isEmpty() && work.stream().allMatch(EnteredMethod::handsOn);
  }
}
