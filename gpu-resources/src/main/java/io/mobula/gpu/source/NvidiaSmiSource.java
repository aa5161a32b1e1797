package io.mobula.gpu.source;

import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.MigInstance;
import io.mobula.gpu.ProbeWarning;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Source of NVIDIA's GPUs that runs {@code nvidia-smi}, for hosts where NVML cannot be used. Costs
 * a process and up to two seconds per query. Reports neither Xid errors nor neighbours.
 */
public final class NvidiaSmiSource implements DeviceSource {
  private static final String NAME = "nvidia-smi";
  private static final String[] APPS = {
    "--query-compute-apps=gpu_uuid,pid,used_memory", "--format=csv,noheader,nounits"
  };
  private static final int UNKNOWN_INSTANCE = -1;

  private final Optional<HostProgram> program;
  private final HostFiles files;

  private NvidiaSmiSource(Optional<HostProgram> program, HostFiles files) {
    this.program = program;
    this.files = files;
  }

  /**
   * Finds the program and creates a source that runs it.
   *
   * @param name a name to be found on the path, or a path to the program
   * @param path folders separated by colons
   * @param files files of the host
   * @param timeout how long one run may take
   */
  public static NvidiaSmiSource find(String name, String path, HostFiles files, Duration timeout) {
    return new NvidiaSmiSource(
        HostProgram.find(name, path).map(file -> new HostProgram(file, timeout)), files);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public SourceResult read() {
    if (program.isEmpty()) {
      return SourceResult.absent();
    }
    try {
      return read(program.get());
    } catch (IOException e) {
      return SourceResult.broken(NAME, cannotRun(program.get().file(), e.toString()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return SourceResult.broken(NAME, cannotRun(program.get().file(), "interrupted"));
    }
  }

  private static String cannotRun(Path file, String why) {
    return file + " cannot be asked: " + why;
  }

  private SourceResult read(HostProgram smi) throws IOException, InterruptedException {
    var run = query(smi);
    if (!run.succeeded()) {
      return SourceResult.broken(NAME, cannotRun(smi.file(), run.describeFailure()));
    }
    var report = NvidiaSmiReport.parse(run.output());
    var warnings = new ArrayList<ProbeWarning>();
    report
        .unparsedLines()
        .forEach(line -> warnings.add(new ProbeWarning(NAME, "Printed what is no GPU: " + line)));
    var detecteds = new ArrayList<DetectedDevice>();
    var instances = report.rows().stream().anyMatch(NvidiaSmiReport.Row::isSplit)
        ? NvidiaSmiReport.instances(smi.run("-L").output())
        : List.<NvidiaSmiReport.Instance>of();
    for (var row : report.rows()) {
      if (row.isSplit()) {
        split(row, instances, detecteds, warnings);
      } else {
        detecteds.add(
            DetectedDevice.of(row.number(), row.uuid(), row.model(), place(row), row.health()));
      }
    }
    return new SourceResult.Answered(detecteds, warnings);
  }

  private static HostProgram.Run query(HostProgram smi) throws IOException, InterruptedException {
    var format = "--format=csv,noheader,nounits";
    var run = smi.run("--query-gpu=" + NvidiaSmiReport.FIELDS, format);
    return run.inTime() && run.output().contains("not a valid field")
        ? smi.run("--query-gpu=" + NvidiaSmiReport.OLD_FIELDS, format)
        : run;
  }

  private DeviceLocation place(NvidiaSmiReport.Row row) {
    return DeviceLocation.at(
        row.pciAddress(),
        row.pciAddress().isEmpty()
            ? OptionalInt.empty()
            : files.numaNode("sys/bus/pci/devices/" + row.pciAddress()));
  }

  private void split(
      NvidiaSmiReport.Row row,
      List<NvidiaSmiReport.Instance> instances,
      List<DetectedDevice> detecteds,
      List<ProbeWarning> warnings) {
    int before = detecteds.size();
    for (var instance : instances) {
      if (!instance.parent().equals(row.uuid())) {
        continue;
      }
      var model = new DeviceModel(
          row.model().vendor(),
          row.model().name() + " MIG " + instance.profile(),
          0,
          row.model().architecture());
      var mig = new MigInstance(row.uuid(), UNKNOWN_INSTANCE, UNKNOWN_INSTANCE);
      var location =
          new DeviceLocation(row.pciAddress(), place(row).numaNode(), Optional.of(mig), List.of());
      detecteds.add(
          DetectedDevice.of(row.number(), instance.uuid(), model, location, row.health()));
    }
    if (detecteds.size() == before) {
      warnings.add(new ProbeWarning(
          NAME, row.uuid() + " is split by MIG, and has no instance: nothing can run there."));
    }
  }

  @Override
  public List<DeviceUsage> sample() {
    if (program.isEmpty()) {
      return List.of();
    }
    try {
      var run = query(program.get());
      var apps = program.get().run(APPS);
      var processes = apps.succeeded()
          ? NvidiaSmiReport.processes(apps.output())
          : Map.<String, List<GpuProcess>>of();
      return run.succeeded()
          ? NvidiaSmiReport.parse(run.output()).rows().stream()
              .map(row -> utilisation(row.uuid(), row.load(), processes))
              .toList()
          : List.of();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static DeviceUsage utilisation(
      String uuid, DeviceLoad load, Map<String, List<GpuProcess>> processes) {
    return new DeviceUsage(uuid, load, processes.getOrDefault(uuid, List.of()));
  }

  @Override
  public void close() {}
}
