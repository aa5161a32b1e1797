package io.mobula.internal.ledger;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceRequirement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Explainer of what the requests of a ledger wait for. It reads the ledger's state and changes
 * nothing. Not thread-safe; the ledger's actor calls it.
 */
final class LedgerExplainer {
  private static final int MAX_REPORTED = 1000;
  private static final int MAX_HOLDERS = 3;

  private final ResourceBalance balance;
  private final FairQueue queue;
  private final Map<Lease, Boolean> held;

  /**
   * Makes the explainer of a ledger.
   *
   * @param held the leases that are held, oldest first; true for one that has returned its CPU
   */
  LedgerExplainer(ResourceBalance balance, FairQueue queue, Map<Lease, Boolean> held) {
    this.balance = balance;
    this.queue = queue;
    this.held = held;
  }

  /**
   * Explains what a request waits for, and names the largest holders of what it lacks. If nothing
   * is held and the request still does not fit, then either it is more than the node has and waits
   * for resources, or the ledger never grants it, which is a fault.
   */
  WaitStep explain(LeaseRequester requester) {
    if (!queue.has(requester)) {
      return WaitStep.end("the ledger has no such request", WaitCause.NOBODY);
    }
    var why = whyNot(requester);
    if (!held.isEmpty()) {
      var lacking = balance.lacking(requester.wanted());
      var contested = lacking.isEmpty() ? requester.wanted().asUnits().keySet() : lacking;
      var holders = held.keySet().stream()
          .sorted(Comparator.comparingDouble((Lease lease) -> largestShare(lease, contested))
              .reversed()) // among equals, the oldest first
          .limit(MAX_HOLDERS)
          .map(lease -> lease.requester().description())
          .collect(Collectors.joining("; "));
      return WaitStep.end(why + ". Among the holders: " + holders, WaitCause.RESOURCES);
    }
    boolean possible = requester.wanted().asUnits().entrySet().stream()
        .allMatch(each -> DeviceRequirement.isDeviceResource(each.getKey())
            || balance.total().units(each.getKey()) >= each.getValue());
    return WaitStep.end(
        why + ". Nobody holds anything",
        possible && DeviceRequirement.of(requester.wanted()).canEverFit(balance.devices())
            ? WaitCause.NOBODY
            : WaitCause.RESOURCES);
  }

  /** Returns the largest part of one of these resources that the lease holds, of all there is. */
  private double largestShare(Lease lease, Set<String> names) {
    return names.stream()
        .mapToDouble(name -> (double) unitsHeld(lease, name) / Math.max(1, unitsInAll(name)))
        .max()
        .orElse(0);
  }

  private long unitsHeld(Lease lease, String name) {
    if (DeviceRequirement.isDeviceResource(name)) {
      return lease.shares().stream().mapToLong(DeviceShare::units).sum();
    }
    boolean returned = name.equals(Resources.CPU) && held.getOrDefault(lease, false);
    return returned ? 0 : lease.resources().units(name);
  }

  private long unitsInAll(String name) {
    return balance.total().units(DeviceRequirement.isDeviceResource(name) ? Resources.GPU : name);
  }

  private String whyNot(LeaseRequester requester) {
    var lacking = balance.lacking(requester.wanted());
    return lacking.isEmpty()
        ? "another request is first in turn for the same resources"
        : "the ledger lacks " + lacking + ": free is " + balance.available() + " of "
            + balance.total();
  }

  /** Returns what is free and what waits, oldest first, at most a thousand requests. */
  LedgerClient.LedgerReport report() {
    var waiting = new ArrayList<WaitingWork>();
    for (var requester : queue.inOrder()) {
      if (waiting.size() == MAX_REPORTED) {
        break;
      }
      if (!requester.stillWants()) {
        continue;
      }
      waiting.add(new WaitingWork(requester.description(), requester.wanted(), whyNot(requester)));
    }
    return new LedgerClient.LedgerReport(balance.available(), waiting, balance.devices());
  }
}
