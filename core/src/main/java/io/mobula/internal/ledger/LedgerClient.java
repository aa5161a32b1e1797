package io.mobula.internal.ledger;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.error.UnschedulableException;
import io.mobula.internal.execution.StackReserve;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceRequirement;
import io.mobula.spi.DeviceView;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Client of a node's {@link ResourceLedger}, for any thread. No call blocks. */
public final class LedgerClient implements Lease.LeaseAccounting {
  private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(5);

  private final List<DeviceView> devices;
  private final Resources everything; // accelerators count, healthy or not
  private final Resources most;
  private final ActorRef<ResourceLedger.Command> actor;
  private volatile Resources total;
  private volatile Resources possible = Resources.none();

  /**
   * Snapshot of free resources and waiting requests.
   *
   * @param available the free resources
   * @param waiting the waiting requests, oldest first, at most a thousand
   * @param devices the accelerators, healthy or not
   */
  public record LedgerReport(
      Resources available, List<WaitingWork> waiting, List<DeviceView> devices) {}

  /**
   * Snapshot of the balance.
   *
   * @param total all resources; accelerators count only while healthy
   * @param available the free resources
   * @param devices the accelerators, healthy or not
   * @param queued how many requests wait
   */
  public record BalanceSnapshot(
      Resources total, Resources available, List<DeviceView> devices, int queued) {}

  private LedgerClient(
      Resources total, List<DeviceShare> devices, ActorSpawner spawner, String name) {
    var all = new ResourceBalance(total, devices);
    this.devices = all.devices();
    this.total = all.total();
    this.everything = total.withUnits(
        Resources.GPU, devices.stream().mapToLong(DeviceShare::units).sum());
    this.most = this.total.withUnits(Resources.GPU, everything.units(Resources.GPU));
    this.actor = spawner.spawn(ResourceLedger.create(total, devices, this), name);
  }

  /** Starts the ledger's actor with the number of accelerators in {@code total}. */
  public static LedgerClient start(Resources total, ActorSpawner spawner) {
    return start(total, DeviceShare.declared(total.units(Resources.GPU)), spawner);
  }

  /** Starts the ledger's actor with these accelerators, whatever {@code total} says. */
  public static LedgerClient start(
      Resources total, List<DeviceShare> devices, ActorSpawner spawner) {
    return new LedgerClient(total, devices, spawner, "ledger");
  }

  /**
   * Starts the actor of a ledger over the resources of a lease. The caller keeps the lease until
   * the ledger has closed.
   */
  public static LedgerClient within(Lease lease, ActorSpawner spawner, String name) {
    return new LedgerClient(lease.resources(), lease.shares(), spawner, name);
  }

  /** Returns the total of the node; accelerators count only while healthy. */
  public Resources total() {
    return total;
  }

  /**
   * Returns the most that the node can ever have, unhealthy accelerators included; of accelerators
   * only the number counts.
   */
  public Resources maximum() {
    return most;
  }

  void setTotal(Resources now) {
    total = now;
  }

  /** Returns the balance before anything was granted. */
  public BalanceSnapshot unused() {
    return new BalanceSnapshot(total, total, devices, 0);
  }

  /**
   * Throws if this node can never hold the resources.
   *
   * @param what names the requester in the message
   */
  public void requireSchedulable(Resources wanted, Supplier<String> what) {
    if (wanted.equals(possible)) {
      return; // most callers ask for the same again and again
    }
    wanted.asUnits().forEach((name, units) -> {
      if (!DeviceRequirement.isDeviceResource(name) && everything.units(name) < units) {
        throw impossible(wanted, name, what);
      }
    });
    var need = DeviceRequirement.of(wanted);
    if (!need.canEverFit(healthy(devices))) {
      throw impossible(wanted, need.kinds().isEmpty() ? "GPU" : "of those accelerators", what);
    }
    possible = wanted;
  }

  /** Returns the devices as if all were healthy and unused: an unhealthy device may recover. */
  private static List<DeviceView> healthy(List<DeviceView> devices) {
    return devices.stream()
        .map(each -> new DeviceView(
            each.index(), each.uuid(), each.model(), each.memoryBytes(), each.total(), 0, ""))
        .toList();
  }

  private UnschedulableException impossible(Resources wanted, String name, Supplier<String> what) {
    return new UnschedulableException(
        what.get() + " asks for " + wanted + ", but the only node has " + everything
            + DeviceRequirement.describeModels(devices) + ". Ask for less " + name
            + ", or declare more in the settings.");
  }

  /** Requests a lease for the requester, which is called back. */
  public void acquire(LeaseRequester requester) {
    tell(new ResourceLedger.Acquire(requester));
  }

  /**
   * Requests one lease for each requester, now or not at all. Nothing is reserved for them, and no
   * waiting request is overtaken.
   *
   * @param answer is told on the ledger's thread whether all were granted, after the grants
   */
  public void acquireNow(List<? extends LeaseRequester> requesters, Consumer<Boolean> answer) {
    tell(new ResourceLedger.AcquireNow(List.copyOf(requesters), answer));
  }

  /**
   * Closes the ledger: it grants nothing more, rejects all waiting requests and recalls all leases.
   *
   * @param onEmpty runs on the ledger's thread after the last release; then the actor stops
   */
  public void close(Runnable onEmpty) {
    tell(new ResourceLedger.Close(onEmpty));
  }

  /**
   * Scans the queue again, as a requester {@linkplain LeaseRequester#stillWants has withdrawn}: its
   * request may have held others back.
   */
  public void rescanQueue() {
    tell(new ResourceLedger.RescanQueue());
  }

  /** Updates the accelerators to the state that a probe has found. */
  public void probed(List<Device> found) {
    tell(new ResourceLedger.DevicesProbed(found));
  }

  /**
   * Returns the request of that requester as a point in a chain of waits; the ledger's actor
   * explains it.
   */
  public WaitPoint request(LeaseRequester requester) {
    return new LedgerRequest(this, requester);
  }

  CompletionStage<WaitStep> explain(LeaseRequester requester) {
    var answer = new CompletableFuture<WaitStep>();
    tell(new ResourceLedger.Explain(requester, answer::complete));
    return answer;
  }

  /** Returns a report of what is free and what waits. */
  public CompletionStage<LedgerReport> report(ActorSystem<?> system) {
    Function<ActorRef<LedgerReport>, ResourceLedger.Command> request =
        ResourceLedger.ReportRequest::new;
    StackReserve.require();
    return AskPattern.ask(actor, request::apply, REPORT_TIMEOUT, system.scheduler());
  }

  /**
   * Asks for the balance, and for one notification when it may have changed; then the caller asks
   * again. One watcher at a time. Costs the ledger little in between.
   *
   * @param onChange runs on the ledger's thread and must not block
   */
  public void watch(ActorRef<BalanceSnapshot> replyTo, Runnable onChange) {
    watch(replyTo::tell, onChange);
  }

  /**
   * Asks for the balance, and for one notification when it may have changed. Both callbacks run on
   * the ledger's thread and must not block.
   */
  public void watch(Consumer<BalanceSnapshot> reply, Runnable onChange) {
    tell(new ResourceLedger.Watch(reply, onChange));
  }

  /** Tells the actor, whose mailbox a full stack in the midst of it would leave for dead. */
  private void tell(ResourceLedger.Command command) {
    StackReserve.require();
    actor.tell(command);
  }

  @Override
  public LedgerClient ledger() {
    return this;
  }

  @Override
  public void released(Lease lease) {
    tell(new ResourceLedger.Release(lease));
  }

  @Override
  public void blocked(Lease lease) {
    tell(new ResourceLedger.Blocked(lease));
  }

  @Override
  public void resumed(Lease lease) {
    tell(new ResourceLedger.Resumed(lease));
  }
}
