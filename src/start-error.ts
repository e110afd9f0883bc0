/** The hub could not start; the message is a sentence for the operator. */
export class StartError extends Error {
  override name = "StartError";
}

/** The hub could not start, because a program listens on its port. */
export class PortInUseError extends StartError {
  readonly port: number;
  constructor(port: number) {
    super(
      `Port ${port} is in use by another program. Stop that program, or set API_PORT to another port in the .env file.`,
    );
    this.port = port;
  }
}

/** The hub could not start, because one runs already with its home folder. */
export class HomeInUseError extends StartError {}
