package io.mobula.testkit.fault;

import io.mobula.testkit.fault.HistoryEvent.Effect;
import io.mobula.testkit.fault.HistoryEvent.Failed;
import io.mobula.testkit.fault.HistoryEvent.Invoked;
import io.mobula.testkit.fault.HistoryEvent.Succeeded;
import io.mobula.testkit.fault.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checker of a complete history: each operation has ended exactly once, with the right value or a
 * permitted error; its body began a permitted number of times and in order. A pure function of the
 * events, all of which are kept in memory. For one thread.
 */
public final class HistoryChecker {
  private final Map<String, OperationRecord> records = new LinkedHashMap<>();
  private final Map<List<String>, Effect> latest = new HashMap<>();
  private final List<Violation> violations = new ArrayList<>();
  private final boolean killed;

  /** Record of one operation. */
  private static final class OperationRecord {
    private final @Nullable Operation operation;
    private @Nullable HistoryEvent end;
    private int effects;

    OperationRecord(@Nullable Operation operation) {
      this.operation = operation;
    }
  }

  private HistoryChecker(boolean killed) {
    this.killed = killed;
  }

  /**
   * Returns the violations of a history; the order of effects is the order in which they are given.
   */
  public static List<Violation> check(List<? extends HistoryEvent> events) {
    return check(events, false);
  }

  /**
   * Returns the violations of the history of a killed driver: operations that were running then
   * have no end.
   */
  public static List<Violation> checkKilled(List<? extends HistoryEvent> events) {
    return check(events, true);
  }

  private static List<Violation> check(List<? extends HistoryEvent> events, boolean killed) {
    var checker = new HistoryChecker(killed);
    events.forEach(checker::noteOperation);
    events.forEach(checker::note);
    checker.records.forEach(checker::judge);
    return List.copyOf(checker.violations);
  }

  private void addViolation(Rule rule, String id, String detail) {
    violations.add(new Violation(rule, id, detail));
  }

  private void noteOperation(HistoryEvent event) {
    if (event instanceof Invoked(var operation)
        && records.put(operation.id(), new OperationRecord(operation)) != null) {
      throw new IllegalArgumentException("Two operations have the id " + operation.id());
    }
  }

  private OperationRecord course(String id) {
    return records.computeIfAbsent(id, _ -> new OperationRecord(null));
  }

  private void note(HistoryEvent event) {
    switch (event) {
      case Invoked _ -> {}
      case Effect effect -> noteEffect(effect);
      case Succeeded succeeded -> noteEnd(succeeded);
      case Failed failed -> noteEnd(failed);
    }
  }

  private void noteEnd(HistoryEvent end) {
    var record = course(end.id());
    if (record.end != null) {
      addViolation(Rule.TWO_ENDS, end.id(), record.end.line() + ", then " + end.line());
    }
    record.end = end;
  }

  private void noteEffect(Effect effect) {
    var record = course(effect.id());
    record.effects++;
    var operation = record.operation;
    if (operation == null || operation.sequence() == null) {
      return;
    }
    var before = latest.put(List.of(operation.sequence(), effect.place()), effect);
    var last = before == null ? null : course(before.id()).operation;
    if (last != null && last.turn() >= operation.turn()) {
      addViolation(
          Rule.OUT_OF_ORDER,
          effect.id(),
          "turn " + operation.turn() + " of " + operation.sequence() + " began after turn "
              + last.turn() + " at " + effect.place());
    }
  }

  private void judge(String id, OperationRecord record) {
    var operation = record.operation;
    if (operation == null) {
      addViolation(Rule.NOT_ASKED_FOR, id, record.effects + " effects, end: " + record.end);
      return;
    }
    switch (record.end) {
      case null -> {
        if (!killed) {
          addViolation(Rule.NO_END, id, operation + " with " + record.effects + " effects");
        }
      }
      case Succeeded succeeded -> judgeValue(operation, succeeded.value(), record.effects);
      case Failed failed
      when !operation.errors().contains(failed.error()) ->
        addViolation(
            Rule.WRONG_ERROR,
            id,
            operation.kind() + " may end with " + operation.errors() + ", ended with "
                + failed.error() + ": " + failed.message());
      default -> {} // a permitted error
    }
    if (record.effects > operation.maxEffects()) {
      addViolation(
          Rule.TOO_MANY_EFFECTS,
          id,
          operation.kind() + " began " + record.effects + " times, at most "
              + operation.maxEffects() + " are promised");
    }
  }

  private void judgeValue(Operation operation, String value, int effects) {
    if (operation.expected() != null && !Objects.equals(operation.expected(), value)) {
      addViolation(
          Rule.WRONG_VALUE,
          operation.id(),
          operation.kind() + " is " + value + ", wanted " + operation.expected());
    }
    if (operation.maxEffects() > 0 && effects == 0) {
      addViolation(
          Rule.NO_EFFECT, operation.id(), operation.kind() + " is " + value + " and never began");
    }
  }
}
