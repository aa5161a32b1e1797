package io.mobula.internal.directory;

/** The main method of a process that hosts the directory: joins the port it is given, or itself. */
final class DirectoryMemberMain {
  private DirectoryMemberMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    var process = DirectoryMember.start(true);
    process.join(arguments.length == 0 ? process.self.incarnation() : Long.parseLong(arguments[0]));
    System.out.println("up at " + process.self.incarnation());
    Thread.currentThread().join();
  }
}
