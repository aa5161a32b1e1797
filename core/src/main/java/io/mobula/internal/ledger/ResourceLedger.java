package io.mobula.internal.ledger;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceRequirement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Actor that owns a node's resources; nothing else changes them. It grants leases in the order of
 * the requests; jobs that compete take turns by dominant share ({@link FairQueue}). A request that
 * does not fit holds back every later request that needs a resource it lacks; other requests pass.
 * For the oldest waiting request everything it wants is reserved, unless actors hold what it lacks
 * for their lifetime. So streams of requests for one resource each cannot starve a request for
 * several.
 */
final class ResourceLedger extends AbstractOnMessageBehavior<ResourceLedger.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceLedger.class);

  sealed interface Command {}

  /** Request for a lease; the requester is called back. */
  record Acquire(LeaseRequester requester) implements Command {}

  /** Request for a lease for each requester, now or not at all. */
  record AcquireNow(List<LeaseRequester> requesters, Consumer<Boolean> answer) implements Command {}

  /** Command to stop granting; the actor ends when all leases are released. */
  record Close(Runnable onEmpty) implements Command {}

  /** Notice that a queued request may have been withdrawn. */
  record RescanQueue() implements Command {}

  record Release(Lease lease) implements Command {}

  record Blocked(Lease lease) implements Command {}

  record Resumed(Lease lease) implements Command {}

  record ReportRequest(ActorRef<LedgerClient.LedgerReport> replyTo) implements Command {}

  /** Request for the balance, and for one notification when it changes. */
  record Watch(Consumer<LedgerClient.BalanceSnapshot> reply, Runnable onChange)
      implements Command {}

  /** Query for what a request waits for. */
  record Explain(LeaseRequester requester, Consumer<WaitStep> answer) implements Command {}

  /** Notice that a probe has found this state of the accelerators. */
  record DevicesProbed(List<Device> devices) implements Command {}

  private final LedgerClient ledger;
  private final ResourceBalance balance;
  private final DominantShares dominantShares;
  private final FairQueue queue;
  private final LedgerExplainer explainer;
  private final Map<Lease, Boolean> held = new LinkedHashMap<>(); // oldest first; true: blocked
  private final Set<Lease> unrecalled = new LinkedHashSet<>(); // those of the held, oldest first
  private @Nullable Runnable watcher;
  private @Nullable Runnable onEmpty;

  private ResourceLedger(
      ActorContext<Command> context, ResourceBalance balance, LedgerClient ledger) {
    super(context);
    this.ledger = ledger;
    this.balance = balance;
    this.dominantShares = new DominantShares(balance.total());
    this.queue = new FairQueue(dominantShares);
    this.explainer = new LedgerExplainer(balance, queue, held);
  }

  static Behavior<Command> create(Resources total, List<DeviceShare> devices, LedgerClient ledger) {
    return Behaviors.setup(
        context -> new ResourceLedger(context, new ResourceBalance(total, devices), ledger));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Acquire(var requester) -> onAcquire(requester);
      case AcquireNow(var requesters, var answer) -> answer.accept(grantAll(requesters));
      case Close(var then) -> onClose(then);
      case RescanQueue() -> {
        queue.removeLapsed();
        grantWhatFits();
      }
      case Release(var lease) -> onRelease(lease);
      case Blocked(var lease) -> onBlocked(lease);
      case Resumed(var lease) -> onResumed(lease);
      case DevicesProbed(var devices) -> onProbed(devices);
      case ReportRequest(var replyTo) -> {
        replyTo.tell(explainer.report());
        return this;
      }
      case Explain(var requester, var answer) -> {
        answer.accept(explainer.explain(requester));
        return this;
      }
      case Watch(var reply, var onChange) -> {
        reply.accept(new LedgerClient.BalanceSnapshot(
            balance.total(), balance.available(), balance.devices(), queue.size()));
        watcher = onChange;
        return this;
      }
    }
    tellWatcher();
    return endIfEmpty();
  }

  private Behavior<Command> endIfEmpty() {
    var then = onEmpty;
    if (then == null || !held.isEmpty()) {
      return this;
    }
    then.run();
    return Behaviors.stopped();
  }

  private void onClose(Runnable then) {
    onEmpty = then;
    queue.removeAll().forEach(LeaseRequester::ledgerClosed);
    List.copyOf(held.keySet()).forEach(Lease::recall);
  }

  private void tellWatcher() {
    var told = watcher;
    watcher = null;
    if (told != null) {
      told.run();
    }
  }

  private void onAcquire(LeaseRequester requester) {
    if (onEmpty != null) {
      requester.ledgerClosed();
    } else if (requester.wanted().asUnits().isEmpty()) {
      grant(requester);
    } else {
      queue.add(requester);
      grantWhatFits();
      if (queue.isLast(requester)) {
        requester.queued();
      }
    }
  }

  private void onRelease(Lease lease) {
    unrecalled.remove(lease);
    var blocked = held.remove(lease);
    if (blocked != null) {
      putBack(lease, blocked ? lease.resources().cpus(0) : lease.resources(), lease.shares());
    }
  }

  private void onBlocked(Lease lease) {
    if (held.replace(lease, false, true)) {
      putBack(lease, cpuOf(lease), List.of());
    }
  }

  private void putBack(Lease lease, Resources some, List<DeviceShare> shares) {
    balance.putBack(some, shares);
    dominantShares.subtract(lease.requester().job(), some, shares);
    grantWhatFits();
  }

  private void onResumed(Lease lease) {
    if (held.replace(lease, true, false)) {
      balance.reclaimCpu(lease.cpuUnits());
      dominantShares.add(lease.requester().job(), cpuOf(lease), List.of());
    }
  }

  private static Resources cpuOf(Lease lease) {
    return Resources.none().withUnits(Resources.CPU, lease.cpuUnits());
  }

  /**
   * Updates the accelerators, and tells the holders of those that have changed. Unhealthy devices
   * are not granted.
   */
  private void onProbed(List<Device> devices) {
    balance.update(devices);
    ledger.setTotal(balance.total());
    dominantShares.setTotal(balance.total());
    for (var lease : held.keySet()) {
      var now = balance.withCurrentDevices(lease.shares());
      if (!now.equals(lease.shares())) {
        lease.setShares(now);
        logUnhealthyDevices(lease);
        lease.requester().devicesChanged(lease);
      }
    }
    grantWhatFits();
  }

  private static void logUnhealthyDevices(Lease lease) {
    for (var gpu : lease.gpus()) {
      gpu.unhealthyReason()
          .ifPresent(why -> LOG.warn(
              "{} holds {} of accelerator {} ({}), which {}",
              lease.requester().description(),
              gpu.share(),
              gpu.index(),
              gpu.uuid(),
              why));
    }
  }

  private void grantWhatFits() {
    Set<String> spokenFor = new TreeSet<>();
    var reserved = Resources.none();
    boolean first = true;
    var scan = queue.scan();
    for (var requester = scan.next(); requester != null; requester = scan.next()) {
      var wanted = requester.wanted();
      var lacking = balance.lacking(wanted);
      if (isFree(wanted, lacking, reserved, spokenFor)) {
        scan.markGranted();
        grant(requester);
      } else {
        var aside = reserveFor(wanted, lacking, first, spokenFor);
        reserved = first ? aside : reserved;
        first = false;
        scan.refused();
        recallFor(requester, lacking);
      }
    }
    scan.end();
    balance.clearReservations();
  }

  private boolean isFree(
      Resources wanted, Set<String> lacking, Resources reserved, Set<String> spokenFor) {
    return lacking.isEmpty()
        && spokenFor.stream().allMatch(name -> wanted.units(name) == 0)
        && balance.fitsBeside(reserved, wanted);
  }

  /**
   * Holds back later requests for a request that waits.
   *
   * @return the resources that are reserved for it
   */
  private Resources reserveFor(
      Resources wanted, Set<String> lacking, boolean first, Set<String> spokenFor) {
    var aside = Resources.none();
    if (first && canBecomeFree(wanted)) {
      aside = wanted;
      balance.reserve(wanted);
    } else if (lacking.stream().anyMatch(DeviceRequirement::isDeviceResource)) {
      balance.reserveAllMatching(wanted);
    }
    lacking.stream()
        .filter(name -> !DeviceRequirement.isDeviceResource(name))
        .forEach(spokenFor::add);
    return aside;
  }

  /**
   * Grants all of these leases or none, as if each request had just been queued: free resources
   * that are reserved for a waiting request stay reserved.
   */
  private boolean grantAll(List<LeaseRequester> requesters) {
    var leases = new ArrayList<Lease>();
    for (var requester : requesters) {
      var lease = onEmpty == null ? takeBehindTheQueue(requester) : null;
      if (lease == null) {
        leases.forEach(this::takeBack);
        return false;
      }
      leases.add(lease);
    }
    leases.forEach(lease -> lease.requester().granted(lease));
    return true;
  }

  private @Nullable Lease takeBehindTheQueue(LeaseRequester requester) {
    Set<String> spokenFor = new TreeSet<>();
    var reserved = Resources.none();
    boolean first = true;
    var scan = queue.scan();
    for (var waiting = scan.next(); waiting != null; waiting = scan.next()) {
      var wanted = waiting.wanted();
      var aside = reserveFor(wanted, balance.lacking(wanted), first, spokenFor);
      reserved = first ? aside : reserved;
      first = false;
      scan.refused();
    }
    scan.end();
    var wanted = requester.wanted();
    boolean fits = isFree(wanted, balance.lacking(wanted), reserved, spokenFor);
    var lease = fits ? take(requester) : null;
    balance.clearReservations();
    return lease;
  }

  private void takeBack(Lease lease) {
    unrecalled.remove(lease);
    held.remove(lease);
    balance.putBack(lease.resources(), lease.shares());
    dominantShares.subtract(lease.requester().job(), lease.resources(), lease.shares());
  }

  /** Returns whether the lacking resources can become free: those of actors do not. */
  private boolean canBecomeFree(Resources wanted) {
    var kept = Resources.none();
    Map<String, Long> keptOfDevices = new HashMap<>();
    for (var lease : held.keySet()) {
      if (lease.requester().holdsForLifetime()) {
        for (var each : lease.resources().asUnits().entrySet()) {
          kept = kept.withUnits(each.getKey(), kept.units(each.getKey()) + each.getValue());
        }
        lease
            .shares()
            .forEach(share -> keptOfDevices.merge(share.device().uuid(), share.units(), Long::sum));
      }
    }
    return balance.wouldFit(wanted, kept, keptOfDevices);
  }

  private void grant(LeaseRequester requester) {
    requester.granted(take(requester));
  }

  private Lease take(LeaseRequester requester) {
    var lease = new Lease(requester, balance.take(requester.wanted()), ledger);
    held.put(lease, false);
    unrecalled.add(lease);
    dominantShares.add(requester.job(), lease.resources(), lease.shares());
    return lease;
  }

  /**
   * Recalls leases that hold what is lacking. Leases of the same recall group are left alone: they
   * work on what the requester waits for.
   */
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  private void recallFor(LeaseRequester requester, Set<String> lacking) {
    var need = DeviceRequirement.of(requester.wanted());
    for (var leases = unrecalled.iterator(); leases.hasNext(); ) {
      var lease = leases.next();
      if (lease.requester().recallGroup() != requester.recallGroup()
          && lacking.stream()
              .anyMatch(name -> DeviceRequirement.isDeviceResource(name)
                  ? holdsOf(lease, need)
                  : lease.resources().units(name) > 0)) {
        leases.remove();
        lease.recall();
      }
    }
  }

  private static boolean holdsOf(Lease lease, DeviceRequirement need) {
    return lease.shares().stream()
        .map(DeviceShare::device)
        .anyMatch(device -> need.unitsOf(device.model(), device.memoryBytes()) > 0);
  }
}
