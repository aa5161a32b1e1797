package io.mobula.jmh.ways;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One round of a way: all methods that were entered between its beginning and its end, on any
 * thread.
 *
 * @param way name of the way
 * @param callerId number of the thread on which the round began
 * @param entries executions of methods, in order of entry
 */
record TracedRound(String way, long callerId, List<MethodEntry> entries) {

  /** Returns the files that were entered, in order, each with its first entry. */
  Map<String, MethodEntry> firstEntries() {
    var first = new LinkedHashMap<String, MethodEntry>();
    entries.forEach(entry -> first.putIfAbsent(entry.file(), entry));
    return first;
  }

  /**
   * Returns the files that were entered twice. On one thread, a call from a method of another file
   * enters a file, as does a call from code that is not traced. A file is entered twice if, between
   * two of its entries on a thread, another file was entered and has returned. So two calls one
   * after the other are one entry, and a call back from a file that has not returned is none
   * either.
   */
  Set<String> enteredTwice() {
    var twice = new HashSet<String>();
    byThread().values().forEach(thread -> addEnteredTwice(thread, twice));
    return twice;
  }

  /** Returns the files that were entered on more than one thread. */
  Set<String> onSeveralThreads() {
    var threads = new HashMap<String, Long>();
    var several = new HashSet<String>();
    for (var entry : entries) {
      var other = threads.putIfAbsent(entry.file(), entry.threadId());
      if (other != null && other != entry.threadId()) {
        several.add(entry.file());
      }
    }
    return several;
  }

  private Map<Long, List<MethodEntry>> byThread() {
    var threads = new LinkedHashMap<Long, List<MethodEntry>>();
    entries.forEach(entry ->
        threads.computeIfAbsent(entry.threadId(), none -> new ArrayList<>()).add(entry));
    return threads;
  }

  private static void addEnteredTwice(List<MethodEntry> thread, Set<String> twice) {
    var entered = new ArrayList<MethodEntry>();
    var last = new HashMap<String, Integer>();
    for (var entry : entriesOfFiles(thread)) {
      var before = last.put(entry.file(), entered.size());
      if (before != null
          && entered.subList(before + 1, entered.size()).stream()
              .anyMatch(between ->
                  !between.file().equals(entry.file()) && between.end() <= entry.start())) {
        twice.add(entry.file());
      }
      entered.add(entry);
    }
  }

  /** Returns those executions of one thread whose caller is a method of another file. */
  private static List<MethodEntry> entriesOfFiles(List<MethodEntry> thread) {
    var found = new ArrayList<MethodEntry>();
    Deque<MethodEntry> callers = new ArrayDeque<>();
    for (var entry : thread) {
      while (!callers.isEmpty() && !callers.getFirst().encloses(entry)) {
        callers.removeFirst();
      }
      if (callers.isEmpty() || !callers.getFirst().file().equals(entry.file())) {
        found.add(entry);
      }
      callers.addFirst(entry);
    }
    return found;
  }
}
