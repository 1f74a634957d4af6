// Behind the scenes, for tests: say something to the pages of a world, read what they said.

/** Answers /mock/… requests of a world; false for others. */
export async function backstage(world, address, request, response, body) {
  const reply = (value) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(value ?? null));
    return true;
  };
  switch (address) {
    case '/mock/blank':
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<!doctype html><title>blank</title>');
      return true;
    case '/mock/say':
      for (const page of world.pages) page.send(JSON.stringify(body));
      return reply();
    case '/mock/heard':
      return reply({ socket: world.heard, requests: world.requests });
    case '/mock/change':
      Object.assign(world.view.contact, body);
      world.tell();
      return reply();
    case '/mock/offer':
      world.view.contact = world.contact();
      world.set('offered');
      world.tell();
      return reply();
    case '/mock/network':
      world.isBroken = !body.works;
      if (world.isBroken) for (const page of world.pages) page.terminate();
      return reply();
    case '/mock/expire':
      world.isSignedIn = false;
      return reply();
    default:
      return false;
  }
}
